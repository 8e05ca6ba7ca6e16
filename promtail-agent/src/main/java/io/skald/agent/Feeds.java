package io.skald.agent;

import io.skald.agent.tail.FileStatus;
import io.skald.agent.tail.LineFeed;
import io.skald.agent.tail.SourceStatus;
import java.io.IOException;
import java.util.List;

/** Several feeds as one, in turns. Confined to the reader thread, as they are. */
final class Feeds implements LineFeed {
  private final List<LineFeed> feeds;

  Feeds(List<LineFeed> feeds) {
    this.feeds = List.copyOf(feeds);
  }

  @Override
  public long pass() {
    long wait = Long.MAX_VALUE;
    for (LineFeed feed : feeds) {
      wait = Math.min(wait, feed.pass());
    }
    return wait;
  }

  @Override
  public boolean end() {
    boolean all = true;
    for (LineFeed feed : feeds) {
      all &= feed.end();
    }
    return all;
  }

  @Override
  public boolean isAwaited() {
    return feeds.stream().anyMatch(LineFeed::isAwaited);
  }

  @Override
  public boolean isFinished() {
    return feeds.stream().allMatch(LineFeed::isFinished);
  }

  @Override
  public List<FileStatus> files() {
    return feeds.stream().flatMap(feed -> feed.files().stream()).toList();
  }

  @Override
  public List<SourceStatus> sources() {
    return feeds.stream().flatMap(feed -> feed.sources().stream()).toList();
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (LineFeed feed : feeds) {
      try {
        feed.close();
      } catch (IOException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
