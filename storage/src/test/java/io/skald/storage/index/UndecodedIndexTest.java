package io.skald.storage.index;

/** A reader's view of days that are too large to be kept decoded. */
class UndecodedIndexTest extends StatelessIndexTest {
  @Override
  long maxImageFileBytes() {
    return 0;
  }
}
