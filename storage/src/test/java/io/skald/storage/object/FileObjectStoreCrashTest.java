package io.skald.storage.object;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.block.StorageException;
import io.skald.storage.disk.CrashStates;
import io.skald.storage.disk.RecordedFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything that a machine may find of a folder of objects after it lost power. */
final class FileObjectStoreCrashTest {
  @TempDir Path directory;
  private RecordedFiles files;
  private final List<Step> steps = new ArrayList<>();

  /**
   * What an object is from a number of changes on.
   *
   * @param begunAt changes before the call
   * @param doneAt changes when it returned; the largest number if it never did
   * @param content null if it is gone
   */
  private record Step(String key, @Nullable String content, int begunAt, int doneAt) {}

  @BeforeEach
  void prepare() throws IOException {
    files = new RecordedFiles(Files.createDirectory(directory.resolve("real")));
  }

  @Test
  void putsAndDeletes_powerLostAtAnyMoment_areThereOnceAcknowledgedAndNeverHalf() throws Exception {
    FileObjectStore store = new FileObjectStore(files.root().resolve("data/chunks"));
    put(store, "a/packs/1/x.pack", "first object");
    put(store, "a/packs/1/y.pack", "second");
    put(store, "b/deletes/requests", "old requests");
    put(store, "b/deletes/requests", "new");
    delete(store, "a/packs/1/x.pack");
    put(store, "a/packs/2/z.pack", "");

    assertThat(checkAll(0)).isGreaterThan(50);
  }

  @Test
  void put_afterAProcessEndedAnywhere_isAsDurableAsEver() throws Exception {
    int all = changesOfFirstPut();
    for (int end = 0; end < all; end++) {
      files = new RecordedFiles(Files.createDirectory(directory.resolve("real-" + end)));
      steps.clear();
      files.endAfter(end);
      try {
        put(new FileObjectStore(files.root().resolve("data/chunks")), "a/packs/1/x.pack", "x");
      } catch (StorageException e) {
        assertThat(e).hasMessageContaining("ended");
      }
      files.begin();
      FileObjectStore store = new FileObjectStore(files.root().resolve("data/chunks"));
      put(store, "a/packs/1/y.pack", "y");
      checkAll(files.count());
    }
  }

  private int changesOfFirstPut() {
    put(new FileObjectStore(files.root().resolve("data/chunks")), "a/packs/1/x.pack", "x");
    return files.count();
  }

  private void put(FileObjectStore store, String key, String content) {
    int begun = files.count();
    int at = steps.size();
    steps.add(new Step(key, content, begun, Integer.MAX_VALUE));
    // In parts, as packs are.
    int half = content.length() / 2;
    store.put(
        key,
        List.of(
            ByteBuffer.wrap(content.substring(0, half).getBytes(UTF_8)),
            ByteBuffer.wrap(content.substring(half).getBytes(UTF_8))));
    steps.set(at, new Step(key, content, begun, files.count()));
  }

  private void delete(FileObjectStore store, String key) {
    int begun = files.count();
    store.delete(key);
    steps.add(new Step(key, null, begun, files.count()));
  }

  private int checkAll(int from) throws IOException {
    Path scratch = Files.createDirectory(directory.resolve("states-" + from + "-" + files.count()));
    int states =
        CrashStates.each(
            files,
            from,
            scratch,
            (found, operations) -> {
              FileObjectStore store = new FileObjectStore(found.resolve("data/chunks"));
              Map<String, String> objects = new TreeMap<>();
              for (String key : store.list("")) {
                objects.put(key, new String(store.read(key), UTF_8));
              }
              check(objects, operations);
            });
    Files.delete(scratch);
    return states;
  }

  /** An object is what its last finished call made it, or what a later one began to make it. */
  private void check(Map<String, String> objects, int operations) {
    Map<String, List<String>> allowed = new TreeMap<>();
    for (Step step : steps) {
      List<String> contents = allowed.computeIfAbsent(step.key, _ -> new ArrayList<>(List.of("-")));
      if (step.doneAt <= operations) {
        contents.clear();
      }
      if (step.begunAt <= operations) {
        contents.add(step.content == null ? "-" : "=" + step.content);
      }
    }
    allowed.forEach((key, contents) -> {
      String content = objects.get(key);
      assertThat(contents)
          .as("%s after %d changes", key, operations)
          .contains(content == null ? "-" : "=" + content);
    });
    assertThat(allowed.keySet()).containsAll(objects.keySet());
  }
}
