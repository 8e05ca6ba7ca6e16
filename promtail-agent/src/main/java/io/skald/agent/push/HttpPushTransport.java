package io.skald.agent.push;

import io.skald.common.client.ClientAccess;
import io.skald.common.client.HttpAnswer;
import io.skald.common.client.HttpSender;
import io.skald.common.time.Clock;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Pushes over HTTP. */
public final class HttpPushTransport implements PushTransport {
  private final HttpSender sender;

  /**
   * @param url used as it is, path included
   * @param timeout of a whole request, the answer's body included
   * @throws IllegalArgumentException if a file of {@code access} cannot be used
   */
  public HttpPushTransport(
      URI url, Duration timeout, String userAgent, ClientAccess access, Clock clock) {
    this.sender = new HttpSender(url, timeout, userAgent, access, clock);
  }

  @Override
  public PushResponse push(String tenant, byte[] body) throws IOException {
    Map<String, String> headers = new TreeMap<>();
    headers.put("Content-Type", "application/x-protobuf");
    if (!tenant.isEmpty()) {
      headers.put("X-Scope-OrgID", tenant);
    }
    HttpAnswer answer = sender.post(headers, body);
    return new PushResponse(answer.status(), answer.firstLine(), answer.retryAfterSeconds());
  }

  @Override
  public void close() {
    sender.close();
  }
}
