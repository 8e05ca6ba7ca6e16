package io.skald.cli;

import io.skald.common.values.ByteSize;
import io.skald.storage.check.IndexReport;
import io.skald.storage.check.PackReport;
import io.skald.storage.index.IndexContents;
import io.skald.storage.pack.PackReader;
import io.skald.storage.pack.PackedChunk;
import io.skald.storage.wal.LogFileReport;
import java.time.Instant;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.stream.Stream;

/** Prints what storage holds. Every method returns whether what it printed is whole. */
final class StorageText {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final LineOutput lines;

  StorageText(LineOutput lines) {
    this.lines = lines;
  }

  void heading(String text) {
    lines.line(text);
  }

  /** Prints one line for each pack, and a sum. */
  boolean packs(Stream<PackReport> packs) {
    LongSummaryStatistics bytes = new LongSummaryStatistics();
    long[] sums = new long[3];
    packs.forEach(pack -> {
      bytes.accept(pack.bytes());
      pack(pack);
      PackReader.Directory directory = pack.directory();
      sums[0] += directory == null ? 0 : directory.chunks().size();
      sums[1] += pack.entries();
      sums[2] += pack.isWhole() ? 0 : 1;
    });
    lines.line(
        "  %,d packs, %s, %,d chunks, %,d entries; %,d damaged"
            .formatted(
                bytes.getCount(), ByteSize.formatSi(bytes.getSum()), sums[0], sums[1], sums[2]));
    return sums[2] == 0;
  }

  private void pack(PackReport pack) {
    PackReader.Directory directory = pack.directory();
    if (directory == null) {
      pack.faults().forEach(this::damaged);
      return;
    }
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    for (PackedChunk chunk : directory.chunks()) {
      first = Math.min(first, chunk.ref().minTimestamp());
      last = Math.max(last, chunk.ref().maxTimestamp());
    }
    lines.line(
        "  %s  tenant %s  %s  %,d chunks  %,d entries  %s of lines  %s to %s"
            .formatted(
                pack.key(),
                directory.tenant().value(),
                ByteSize.formatSi(pack.bytes()),
                directory.chunks().size(),
                pack.entries(),
                ByteSize.formatSi(pack.lineBytes()),
                time(first),
                time(last)));
  }

  /** Prints the chunks of a pack. */
  boolean chunks(PackReport pack) {
    pack(pack);
    PackReader.Directory directory = pack.directory();
    if (directory != null) {
      for (PackedChunk chunk : directory.chunks()) {
        var ref = chunk.ref();
        lines.line(
            "    %016x  offset %d  %s  %,d blocks  %,d entries  %s of lines  %s to %s  %s"
                .formatted(
                    ref.chunkId(),
                    ref.offset(),
                    ByteSize.formatSi(ref.length()),
                    ref.blocks(),
                    ref.entries(),
                    ByteSize.formatSi(ref.lineBytes()),
                    time(ref.minTimestamp()),
                    time(ref.maxTimestamp()),
                    Terminal.escaped(chunk.labels().toString())));
      }
    }
    return pack.isWhole();
  }

  /** Prints the faults of packs that were verified, and a sum. */
  boolean damagedPacks(List<PackReport> packs) {
    long damaged = packs.stream().filter(pack -> !pack.isWhole()).count();
    packs.forEach(pack -> pack.faults().forEach(this::damaged));
    lines.line(
        "packs: %,d read, %s; %,d damaged"
            .formatted(
                packs.size(),
                ByteSize.formatSi(packs.stream().mapToLong(PackReport::bytes).sum()),
                damaged));
    return damaged == 0;
  }

  /** Prints one line for each file of the log. */
  boolean wal(List<LogFileReport> files) {
    for (LogFileReport file : files) {
      lines.line("  " + text(file));
      faults(file);
    }
    return isWhole(files);
  }

  private static String text(LogFileReport file) {
    String head = "%s  %s".formatted(file.name(), ByteSize.formatSi(file.bytes()));
    return switch (file.kind()) {
      case SEGMENT ->
          "%s  %,d pushes  %,d entries%s"
              .formatted(head, file.records(), file.entries(), span(file));
      case CHECKPOINT ->
          "%s  %,d chunks  %,d entries not sealed%s"
              .formatted(head, file.records(), file.entries(), span(file));
      case UNFINISHED -> head + "  a checkpoint that was not finished; the next start deletes it";
      case OTHER -> head + "  not a file of the log";
    };
  }

  private static String span(LogFileReport file) {
    String tenants =
        file.tenants().isEmpty()
            ? ""
            : "  tenants "
                + String.join(", ", file.tenants().stream().map(t -> t.value()).sorted().toList());
    return file.entries() == 0
        ? tenants
        : "  %s to %s%s".formatted(time(file.minTimestamp()), time(file.maxTimestamp()), tenants);
  }

  private void faults(LogFileReport file) {
    file.damages().forEach(damage -> damaged(damage.toString()));
    if (!file.refusal().isEmpty()) {
      damaged(file.refusal());
    }
    if (file.tornTailBytes() > 0) {
      lines.line(
          "    the last %,d bytes are an unfinished write, which nobody was told is stored; the next"
                  .formatted(file.tornTailBytes())
              + " start cuts it off");
    }
  }

  /** Prints the faults of the log, and a sum. */
  boolean damagedWal(List<LogFileReport> files) {
    files.forEach(this::faults);
    lines.line(
        "WAL: %,d files read, %,d pushes and chunks; %,d files damaged"
            .formatted(
                files.size(),
                files.stream().mapToLong(LogFileReport::records).sum(),
                files.stream().filter(file -> !file.isWhole()).count()));
    return isWhole(files);
  }

  private static boolean isWhole(List<LogFileReport> files) {
    return files.stream().allMatch(LogFileReport::isWhole);
  }

  /** Prints what the index holds, and its faults. */
  boolean index(IndexReport index) {
    index.faults().forEach(this::damaged);
    IndexContents contents = index.contents();
    if (contents != null) {
      lines.line(
          "label index: %,d tenants, %,d days, %,d streams, %,d chunk references (both counted for"
                  .formatted(
                      contents.tenants().size(),
                      contents.days(),
                      contents.series(),
                      contents.chunks())
              + " every day), %,d packs; %s"
                  .formatted(index.chunksByPack().size(), index.isWhole() ? "whole" : "damaged"));
    }
    if (index.unknownChunks() > 0) {
      lines.line(
          "  %,d chunks in packs are not in the index: what a crash between pack and index left, or"
                  .formatted(index.unknownChunks())
              + " what the index lost. Their lines are stored elsewhere in the first case; 'skald"
              + " storage repair --rebuild-index' adds them");
    }
    return index.isWhole();
  }

  private void damaged(String fault) {
    lines.line("  DAMAGED " + Terminal.escaped(fault));
  }

  private static String time(long nanos) {
    return Instant.ofEpochSecond(
            Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND))
        .toString();
  }
}
