package io.skald.storage.object.s3;

import java.util.ArrayList;
import java.util.List;
import okhttp3.Call;
import okhttp3.EventListener;

/**
 * The calls of one attempt, so that it can be given up: to cancel what the MinIO client returns
 * would leave its connection at work. Thread-safe.
 */
final class ActiveCalls extends EventListener {
  // Guarded by this.
  private final List<Call> calls = new ArrayList<>();
  private boolean cancelled;

  @Override
  public synchronized void callStart(Call call) {
    calls.add(call);
    if (cancelled) {
      call.cancel();
    }
  }

  synchronized void cancel() {
    cancelled = true;
    calls.forEach(Call::cancel);
  }
}
