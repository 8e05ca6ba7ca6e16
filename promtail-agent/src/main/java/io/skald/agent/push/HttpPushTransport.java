package io.skald.agent.push;

import io.skald.common.client.ClientAccess;
import io.skald.common.client.HttpAnswer;
import io.skald.common.client.HttpSender;
import io.skald.common.config.Secret;
import io.skald.common.push.BatchKey;
import io.skald.common.time.Clock;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Pushes over HTTP. */
public final class HttpPushTransport implements PushTransport {
  private final HttpSender sender;
  private final Map<String, Secret> ownHeaders;

  /**
   * @param url used as it is, path included
   * @param timeout of a whole request, the answer's body included
   * @param headers of every request; those that a push needs win over them
   * @throws IllegalArgumentException if a file of {@code access} cannot be used
   */
  public HttpPushTransport(
      URI url,
      Duration timeout,
      String userAgent,
      Map<String, Secret> headers,
      ClientAccess access,
      Clock clock) {
    this.ownHeaders = Map.copyOf(headers);
    this.sender = new HttpSender(url, timeout, userAgent, access, clock);
  }

  @Override
  public PushResponse push(String tenant, BatchKey key, byte[] body) throws IOException {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    ownHeaders.forEach((name, value) -> headers.put(name, value.reveal()));
    headers.remove("User-Agent"); // the sender sets its own
    headers.put("Content-Type", "application/x-protobuf");
    headers.put(BatchKey.HEADER, key.toString());
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
