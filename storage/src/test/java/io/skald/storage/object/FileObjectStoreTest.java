package io.skald.storage.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileObjectStoreTest extends ObjectStoreContract {
  @TempDir Path directory;
  private FileObjectStore store;

  @BeforeEach
  void open() {
    store = new FileObjectStore(directory.resolve("new/objects"));
  }

  @Override
  protected ObjectStore store() {
    return store;
  }

  @Test
  void open_leftoverOfACrash_isRemovedAndObjectsStay() throws IOException {
    store.put("t/a", List.of(bytes("kept")));
    Path leftover = directory.resolve("new/objects/.incoming/7");
    Files.writeString(leftover, "half");

    open();

    assertThat(leftover).doesNotExist();
    assertThat(store.list("")).containsExactly("t/a");
  }

  @Test
  void put_leavesNoTemporaryFile() throws IOException {
    store.put("t/a", List.of(bytes("x")));

    assertThat(directory.resolve("new/objects/.incoming")).isEmptyDirectory();
  }

  @Test
  void put_placeTakenByAFolder_failsAndCleansUp() {
    store.put("t/a", List.of(bytes("x")));

    assertThatThrownBy(() -> store.put("t", List.of(bytes("y"))))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("object t ");
    assertThat(directory.resolve("new/objects/.incoming")).isEmptyDirectory();
    assertThat(store.list("")).containsExactly("t/a");
  }

  @Test
  void open_placeTakenByAFile_namesIt() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");

    assertThatThrownBy(() -> new FileObjectStore(file))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(file.toString());
  }
}
