package io.skald.common.rpc;

import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers a call with a stream, from a thread of its own that waits whenever the reader is behind.
 * To be made inside the handler, which then returns.
 */
public final class StreamWriter<A> {
  private static final Logger log = LoggerFactory.getLogger(StreamWriter.class);

  private final ServerCallStreamObserver<A> out;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** Fills a stream. */
  @FunctionalInterface
  public interface Body<A> {
    /**
     * Ends the stream by returning, or with an error by throwing.
     *
     * @throws InterruptedException if the reader has gone
     */
    void write(StreamWriter<A> out) throws InterruptedException;
  }

  private StreamWriter(ServerCallStreamObserver<A> out) {
    this.out = out;
  }

  /** Begins to answer a call. */
  public static <A> void start(StreamObserver<A> observer, Body<A> body) {
    StreamWriter<A> writer = new StreamWriter<>((ServerCallStreamObserver<A>) observer);
    writer.out.setOnReadyHandler(writer::wake);
    writer.out.setOnCancelHandler(writer::wake);
    Context context = Context.current();
    Thread.ofVirtual().name("rpc-stream").start(context.wrap(() -> writer.run(body)));
  }

  private void run(Body<A> body) {
    try {
      body.write(this);
      out.onCompleted();
    } catch (InterruptedException _) {
      // The reader has gone, so that there is nobody to tell.
      log.debug("the reader of a stream has gone");
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  private void fail(RuntimeException e) {
    if (!out.isCancelled()) {
      out.onError(RpcErrors.toStatus(e));
    }
  }

  /**
   * Sends a message once the reader has room for it.
   *
   * @throws InterruptedException if the reader has gone
   */
  public void send(A message) throws InterruptedException {
    lock.lock();
    try {
      while (!out.isReady() && !out.isCancelled()) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
    if (out.isCancelled()) {
      throw new InterruptedException(Status.CANCELLED.toString());
    }
    out.onNext(message);
  }

  /** Returns whether the reader is still there. */
  public boolean isOpen() {
    return !out.isCancelled();
  }

  private void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
