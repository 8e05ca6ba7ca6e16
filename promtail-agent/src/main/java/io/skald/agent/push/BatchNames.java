package io.skald.agent.push;

import io.skald.common.push.BatchKey;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Names what one client sends, so that a server tells a repetition from something new.
 *
 * <p>The name of a push is the id of its batch in the journal with a hash of its bytes. The journal
 * holds the bytes, so a push that is repeated has the same name also after a restart; and a journal
 * that was lost, or copied to another machine, gives no name twice to different bytes. Confined to
 * one thread.
 */
public final class BatchNames {
  /** Of 256 bits; enough that no two batches ever agree. */
  private static final int HASH_BYTES = 16;

  private static final int MAX_SENDER_LENGTH = 128;

  private final String sender;
  private final MessageDigest digest;

  /**
   * @param host the machine of the agent
   * @param client the name of the client on it
   */
  public BatchNames(String host, String client) {
    String name = (host + "." + client).replaceAll("[^A-Za-z0-9._-]", "_");
    this.sender = name.substring(0, Math.min(name.length(), MAX_SENDER_LENGTH));
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /**
   * @param id of the batch in the journal
   * @param body the whole batch, or a part that is sent by itself
   */
  BatchKey of(long id, byte[] body) {
    byte[] hash = digest.digest(body);
    return new BatchKey(
        sender, id + "-" + HexFormat.of().formatHex(Arrays.copyOf(hash, HASH_BYTES)));
  }
}
