package io.skald.storage.object.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.StorageException;
import io.skald.common.time.Clock;
import io.skald.storage.object.ObjectNotFoundException;
import io.skald.storage.object.s3.FaultProxy.Answer;
import io.skald.storage.object.s3.FaultProxy.CutAnswer;
import io.skald.storage.object.s3.FaultProxy.Damage;
import io.skald.storage.object.s3.FaultProxy.Fault;
import io.skald.storage.object.s3.FaultProxy.LoseAnswer;
import io.skald.storage.object.s3.FaultProxy.Pass;
import io.skald.storage.object.s3.FaultProxy.Request;
import io.skald.storage.object.s3.FaultProxy.Reset;
import io.skald.storage.object.s3.FaultProxy.Silence;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the store does when network and server fail. */
class S3FaultsTest {
  private static final int LARGE = (11 << 20) + 5;

  private final S3ProxyServer server = new S3ProxyServer();
  private final FaultProxy proxy = new FaultProxy(server.port());
  private final AtomicLong now = new AtomicLong();
  private final List<Duration> pauses = new ArrayList<>();
  private S3ObjectStore store = open(S3ProxyServer.config(proxy.endpoint()));

  /** Pauses pass at once, on a clock that goes by them alone. */
  private S3ObjectStore open(S3Config config) {
    Clock clock =
        new Clock() {
          @Override
          public long nowNanos() {
            return now.get();
          }

          @Override
          public long monotonicNanos() {
            return now.get();
          }
        };
    return new S3ObjectStore(
        config,
        clock,
        new Random(7),
        pause -> {
          pauses.add(pause);
          now.addAndGet(pause.toNanos());
        });
  }

  private void reopen(String bucket, String secret, Duration timeout) {
    store.close();
    store = open(S3ProxyServer.config(proxy.endpoint(), bucket, secret, "", timeout));
  }

  @AfterEach
  void close() throws IOException {
    store.close();
    proxy.close();
    server.close();
  }

  private static List<ByteBuffer> content(int size) {
    return List.of(ByteBuffer.wrap("0123456789".repeat(size / 10 + 1).getBytes(UTF_8), 0, size));
  }

  /** The first requests that fit are spoilt. */
  private void first(int times, Predicate<Request> which, Fault fault) {
    AtomicInteger left = new AtomicInteger(times);
    proxy.rule(request -> which.test(request) && left.getAndDecrement() > 0 ? fault : new Pass());
  }

  private static Predicate<Request> put() {
    return request -> request.line().startsWith("PUT ");
  }

  private static Predicate<Request> get() {
    return request -> request.line().startsWith("GET ");
  }

  private void assertStored(String key, int size) {
    assertThat(store.size(key)).isEqualTo(size);
    assertThat(store.read(key, size - 4, 4))
        .isEqualTo(
            new String(content(size).getFirst().array(), UTF_8)
                .substring(size - 4, size)
                .getBytes(UTF_8));
  }

  @Test
  void put_overloadThenSuccess_isTriedAgainWithGrowingPauses() {
    first(3, put(), new Answer(503, "SlowDown"));

    store.put("t/a", content(1000));

    assertStored("t/a", 1000);
    assertThat(pauses).hasSize(3);
    for (int i = 0; i < pauses.size(); i++) {
      assertThat(pauses.get(i).toMillis()).isBetween(50L << i, 100L << i);
    }
    assertThat(store.statistics().retries(S3Operation.PUT_OBJECT)).isEqualTo(3);
    assertThat(store.statistics().failures(S3Operation.PUT_OBJECT)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"429, TooManyRequests", "500, InternalError", "502, X", "503, ServiceUnavailable"})
  void read_passingTrouble_isTriedAgain(int status, String code) {
    store.put("t/a", content(1000));
    first(1, get(), new Answer(status, code));

    assertThat(store.read("t/a", 10, 10)).asString().isEqualTo("0123456789");
    assertThat(pauses).hasSize(1);
  }

  @Test
  void put_overloadThatStays_endsAndSaysWhy() {
    first(100, put(), new Answer(503, "SlowDown"));

    assertThatThrownBy(() -> store.put("t/a", content(1000)))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "PutObject of object t/a failed in bucket 'skald-test' at %s: status 503 SlowDown:"
                    .formatted(proxy.endpoint())
                + " made up; the store asks for fewer requests (5 attempts)");
    assertThat(store.statistics().failures(S3Operation.PUT_OBJECT)).isEqualTo(1);
  }

  @Test
  void put_deadlineBeforeTheLastRetry_endsThere() {
    AtomicInteger answered = new AtomicInteger();
    proxy.rule(_ -> {
      answered.incrementAndGet();
      now.addAndGet(Duration.ofSeconds(35).toNanos()); // of a minute
      return new Answer(500, "InternalError");
    });

    assertThatThrownBy(() -> store.put("t/a", content(1000)))
        .hasMessageContaining("InternalError")
        .hasMessageContaining("2 attempts");
    assertThat(answered).hasValue(2);
  }

  @ParameterizedTest
  @CsvSource({
    "400, InvalidRequest",
    "403, AccessDenied",
    "405, MethodNotAllowed",
    "409, OperationAborted",
    "412, PreconditionFailed"
  })
  void put_callersFault_isNotTriedAgain(int status, String code) {
    first(100, put(), new Answer(status, code));

    assertThatThrownBy(() -> store.put("t/a", content(1000)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("t/a")
        .hasMessageContaining(status + " " + code);
    assertThat(proxy.lines()).hasSize(1);
  }

  @Test
  void put_resetConnection_isTriedAgain() {
    first(2, put(), new Reset());

    store.put("t/a", content(100_000));

    assertStored("t/a", 100_000);
    assertThat(pauses).hasSize(2);
  }

  @Test
  void put_damagedOnTheWay_isRefusedByTheServerAndSentAgain() {
    first(1, put(), new Damage());

    store.put("t/a", content(100_000));

    assertStored("t/a", 100_000);
    assertThat(proxy.requests().getFirst().head()).contains("content-md5: ");
    assertThat(pauses).hasSize(1);
  }

  @Test
  void put_damagedEveryTime_failsAndLeavesNothing() {
    first(100, put(), new Damage());

    assertThatThrownBy(() -> store.put("t/a", content(100_000)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("400");
    proxy.rule(_ -> new Pass());
    assertThat(store.list("")).isEmpty();
  }

  @Test
  void put_lostAnswer_isStoredOnce() {
    first(1, put(), new LoseAnswer());

    store.put("t/a", content(1000));

    assertStored("t/a", 1000);
    assertThat(store.list("")).containsExactly("t/a");
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "500", "999"})
  void read_answerEndsEarly_isTriedAgainAndExact(int bytes) {
    store.put("t/a", content(2000));
    first(2, get(), new CutAnswer(bytes));

    assertThat(store.read("t/a", 1000, 1000)).hasSize(1000).startsWith("0123".getBytes(UTF_8));
    assertThat(pauses).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "1999"})
  void read_answerOfTheWholeEndsEarly_isTriedAgainAndExact(int bytes) {
    store.put("t/a", content(2000));
    first(2, get(), new CutAnswer(bytes));

    assertThat(store.read("t/a")).isEqualTo("0123456789".repeat(200).getBytes(UTF_8));
    assertThat(pauses).hasSize(2);
    assertThat(proxy.requests().getLast().head()).contains("accept-encoding: identity");
  }

  @Test
  void list_answerEndsEarly_isTriedAgain() {
    store.put("t/a", content(10));
    first(1, get(), new CutAnswer(100));

    assertThat(store.list("t/")).containsExactly("t/a");
    assertThat(pauses).hasSize(1);
  }

  @Test
  void read_answerAlwaysEndsEarly_failsAndNamesTheObject() {
    store.put("t/a", content(2000));
    first(100, get(), new CutAnswer(10));

    assertThatThrownBy(() -> store.read("t/a", 0, 2000))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("t/a")
        .hasMessageContaining("5 attempts");
  }

  @Test
  void read_missingObject_isNotTriedAgainAndNoFailure() {
    assertThatThrownBy(() -> store.read("t/none", 0, 1))
        .isInstanceOf(ObjectNotFoundException.class);
    assertThat(proxy.lines()).hasSize(1);
    assertThat(store.statistics().failures(S3Operation.GET_OBJECT)).isZero();
  }

  @Test
  void read_silentServer_endsInTimeAndSaysSo() {
    reopen(S3ProxyServer.BUCKET, S3ProxyServer.SECRET_KEY, Duration.ofMillis(200));
    first(100, get(), new Silence());

    assertThatThrownBy(() -> store.read("t/a", 0, 1))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("t/a")
        .hasMessageContaining("5 attempts");
    assertThat(store.statistics().running()).isZero();
  }

  @Test
  void read_silentServerThenAnswer_succeeds() {
    store.put("t/a", content(1000));
    reopen(S3ProxyServer.BUCKET, S3ProxyServer.SECRET_KEY, Duration.ofMillis(500));
    first(1, get(), new Silence());

    assertThat(store.read("t/a", 0, 4)).asString().isEqualTo("0123");
  }

  @Test
  void read_interruptedThread_endsAtOnceAndStaysInterrupted() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    proxy.rule(_ -> {
      arrived.countDown();
      return new Silence();
    });
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicReference<Boolean> interrupted = new AtomicReference<>();
    Thread reader =
        Thread.ofPlatform()
            .start(() -> {
              try {
                store.read("t/a", 0, 1);
              } catch (StorageException e) {
                thrown.set(e);
                interrupted.set(Thread.currentThread().isInterrupted());
              }
            });
    assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();

    reader.interrupt();

    assertThat(reader.join(Duration.ofSeconds(10))).isTrue();
    assertThat(thrown.get()).hasMessageContaining("interrupted").hasMessageContaining("t/a");
    assertThat(interrupted.get()).isTrue();
  }

  @Test
  void checkAccess_wrongSecret_isOneClearErrorThatTellsNoSecret() {
    reopen(S3ProxyServer.BUCKET, "the-wrong-secret", Duration.ofSeconds(20));

    assertThatThrownBy(store::checkAccess)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("bucket 'skald-test' at " + proxy.endpoint())
        .hasMessageContaining("status 403 SignatureDoesNotMatch")
        .hasMessageContaining("check access_key_id and secret_access_key")
        .satisfies(e -> {
          for (Throwable t = e; t != null; t = t.getCause()) {
            assertThat(t.toString()).doesNotContain("the-wrong-secret", "Signature=");
          }
        });
    assertThat(proxy.lines()).hasSize(1);
  }

  @Test
  void checkAccess_bucketAbsent_saysWhatToDo() {
    reopen("no-such-bucket", S3ProxyServer.SECRET_KEY, Duration.ofSeconds(20));

    assertThatThrownBy(store::checkAccess)
        .hasMessageContaining("no-such-bucket")
        .hasMessageContaining("status 404 NoSuchBucket")
        .hasMessageContaining("create the bucket or correct bucketnames");
    assertThat(proxy.lines()).hasSize(1);
  }

  @Test
  void checkAccess_nobodyListens_saysWhere() throws IOException {
    proxy.close();

    assertThatThrownBy(store::checkAccess)
        .hasMessageContaining(proxy.endpoint())
        .hasMessageContaining("check endpoint, and that the server runs");
  }

  @Test
  void put_failingPart_isAbortedAndLeavesNothing() {
    store.put("t/large", content(10));
    proxy.rule(request ->
        request.is("PUT", "partNumber=2") ? new Answer(403, "AccessDenied") : new Pass());

    assertThatThrownBy(() -> store.put("t/large", content(LARGE)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("UploadPart of object t/large")
        .hasMessageContaining("s3:PutObject");

    assertThat(proxy.lines().getLast()).startsWith("DELETE ").contains("uploadId=");
    assertThat(store.size("t/large")).as("the object as it was").isEqualTo(10);
  }

  @Test
  void put_failingPartThenSuccess_isStoredInOrder() {
    first(2, request -> request.is("PUT", "partNumber=2"), new Answer(503, "SlowDown"));

    store.put("t/large", content(LARGE));

    assertStored("t/large", LARGE);
    assertThat(proxy.lines()).noneMatch(line -> line.startsWith("DELETE "));
  }

  @Test
  void put_damagedPart_isSentAgain() {
    first(1, request -> request.is("PUT", "partNumber=1"), new Damage());

    store.put("t/large", content(LARGE));

    assertStored("t/large", LARGE);
  }

  @Test
  void put_lostAnswerToTheLastRequest_countsAsStored() {
    first(1, request -> request.is("POST", "uploadId="), new LoseAnswer());

    store.put("t/large", content(LARGE));

    assertStored("t/large", LARGE);
  }

  @Test
  void put_uploadGoneBeforeItsEnd_isNotTakenForAnOlderObject() {
    store.put("t/large", content(LARGE));
    first(1, request -> request.is("POST", "uploadId="), new Answer(404, "NoSuchUpload"));

    assertThatThrownBy(() -> store.put("t/large", content(LARGE)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("NoSuchUpload");
  }

  @Test
  void put_failingAbort_staysWithTheFirstFailure() {
    proxy.rule(request ->
        request.is("PUT", "partNumber=1") || request.line().startsWith("DELETE ")
            ? new Answer(500, "InternalError")
            : new Pass());

    assertThatThrownBy(() -> store.put("t/large", content(LARGE)))
        .hasMessageContaining("UploadPart")
        .satisfies(
            e -> assertThat(e.getSuppressed()[0]).hasMessageContaining("AbortMultipartUpload"));
  }

  @Test
  void put_interruptedDuringAPart_abortsAndStaysInterrupted() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    proxy.rule(request -> {
      if (!request.is("PUT", "partNumber=2")) {
        return new Pass();
      }
      arrived.countDown();
      return new Silence();
    });
    AtomicReference<Boolean> interrupted = new AtomicReference<>();
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              try {
                store.put("t/large", content(LARGE));
              } catch (StorageException _) {
                interrupted.set(Thread.currentThread().isInterrupted());
              }
            });
    assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();

    writer.interrupt();

    assertThat(writer.join(Duration.ofSeconds(10))).isTrue();
    assertThat(interrupted.get()).isTrue();
    assertThat(proxy.lines().getLast()).startsWith("DELETE ").contains("uploadId=");
    assertThat(store.list("")).isEmpty();
  }

  @Test
  void delete_lostAnswer_isDone() {
    store.put("t/a", content(10));
    first(1, request -> request.line().startsWith("DELETE "), new LoseAnswer());

    store.delete("t/a");

    assertThat(store.list("")).isEmpty();
  }
}
