package io.skald.cli;

import io.skald.server.StoppedServer;
import io.skald.storage.check.IndexCheck;
import io.skald.storage.check.IndexReport;
import io.skald.storage.check.PackCheck;
import io.skald.storage.check.PackReport;
import io.skald.storage.check.StorageRepair;
import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.pack.PackWriter;
import io.skald.storage.wal.LogFileReport;
import io.skald.storage.wal.LogInspection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Unmatched;

/** Looks into the storage of a server that does not run. */
@Command(
    name = "storage",
    mixinStandardHelpOptions = true,
    description = "Look into the storage of a stopped server, check it, repair it.",
    subcommands = {
      StorageCommand.Inspect.class,
      StorageCommand.Verify.class,
      StorageCommand.Repair.class,
    })
final class StorageCommand {
  /** What storage is made of. */
  enum Part {
    PACKS,
    WAL,
    INDEX
  }

  /** Tells what is there. */
  @Command(
      name = "inspect",
      mixinStandardHelpOptions = true,
      description =
          "List packs, files of the WAL and what the index holds, or the chunks of a pack.")
  static final class Inspect implements Callable<Integer> {
    @Mixin ConfigFlags flags = new ConfigFlags();

    @Parameters(
        paramLabel = "packs|wal|index|KEY",
        arity = "0..*",
        description = "What to look into (default: packs, wal and index); KEY is that of a pack.")
    List<String> what = new ArrayList<>();

    @Unmatched List<String> rest = new ArrayList<>();

    private final Shell shell;

    Inspect(Shell shell) {
      this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
      try (StoppedServer stopped = StoppedStorage.open(flags, rest, shell.clock());
          ColumnDecoder decoder = new ColumnDecoder();
          LineOutput lines = new LineOutput(shell.out())) {
        StorageText text = new StorageText(lines);
        PackCheck packs = new PackCheck(stopped.objects(), decoder);
        boolean isWhole = true;
        for (String one : what.isEmpty() ? List.of("packs", "wal", "index") : what) {
          isWhole &=
              switch (one.toLowerCase(Locale.ROOT)) {
                case "packs" -> {
                  text.heading("packs in " + stopped.objectsPlace());
                  yield text.packs(packs.keys().stream().map(packs::inspect));
                }
                case "wal" -> {
                  text.heading("WAL in " + stopped.walDirectory());
                  yield text.wal(new LogInspection(stopped.wal()).run());
                }
                case "index" -> {
                  text.heading("label index in " + stopped.objectsPlace());
                  yield text.index(
                      new IndexCheck(stopped.objects(), stopped.indexDirectory()).inspect());
                }
                default -> text.chunks(packs.inspect(one));
              };
        }
        return isWhole ? 0 : Skald.FAILED;
      }
    }
  }

  /** Reads every byte. */
  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description = {
        "Read every byte of packs, WAL and index and tell what is damaged; changes nothing.",
        "The exit code is 1 if something is.",
      })
  static final class Verify implements Callable<Integer> {
    @Mixin ConfigFlags flags = new ConfigFlags();

    @Parameters(
        paramLabel = "packs|wal|index",
        arity = "0..*",
        description = "What to check (default: all).")
    List<Part> parts = new ArrayList<>();

    @Unmatched List<String> rest = new ArrayList<>();

    private final Shell shell;

    Verify(Shell shell) {
      this.shell = shell;
    }

    @Override
    public Integer call() {
      try (StoppedServer stopped = StoppedStorage.open(flags, rest, shell.clock());
          ColumnDecoder decoder = new ColumnDecoder();
          LineOutput lines = new LineOutput(shell.out())) {
        List<Part> chosen = parts.isEmpty() ? List.of(Part.values()) : parts;
        Findings findings = Findings.of(stopped, decoder, chosen, shell);
        return findings.tell(new StorageText(lines), chosen) ? 0 : Skald.FAILED;
      }
    }
  }

  /** Sets aside what is damaged. */
  @Command(
      name = "repair",
      mixinStandardHelpOptions = true,
      description = {
        "Check everything, then bring damaged storage back into use.",
        "What is whole of a damaged pack goes into a new one, the index is built anew from the"
            + " packs, damaged files of the WAL are copied. What is damaged is set aside, never"
            + " deleted; what is lost is told.",
      })
  static final class Repair implements Callable<Integer> {
    @Mixin ConfigFlags flags = new ConfigFlags();

    @Option(names = "--dry-run", description = "Check only, and tell what is damaged.")
    boolean dryRun;

    @Option(
        names = "--rebuild-index",
        description = "Build the label index anew even if it is whole.")
    boolean rebuildIndex;

    @Unmatched List<String> rest = new ArrayList<>();

    private final Shell shell;

    Repair(Shell shell) {
      this.shell = shell;
    }

    @Override
    public Integer call() {
      try (StoppedServer stopped = StoppedStorage.open(flags, rest, shell.clock());
          ColumnDecoder decoder = new ColumnDecoder();
          LineOutput lines = new LineOutput(shell.out())) {
        List<Part> all = List.of(Part.values());
        Findings findings = Findings.of(stopped, decoder, all, shell);
        boolean isWhole = findings.tell(new StorageText(lines), all);
        if (dryRun) {
          return isWhole ? 0 : Skald.FAILED;
        }
        if (isWhole && !rebuildIndex) {
          lines.line("nothing to repair");
          return 0;
        }
        lines.flush();
        SecureRandom random = new SecureRandom();
        StorageRepair repair =
            new StorageRepair(
                stopped.objects(),
                new PackWriter(stopped.objects(), shell.clock(), random),
                stopped.indexDirectory(),
                decoder,
                shell.clock(),
                random,
                line -> {
                  lines.line(line);
                  lines.flush();
                });
        repair.setAside(stopped.walDirectory(), findings.wal());
        long lost = repair.repair(findings.packs(), findings.index(), rebuildIndex);
        lines.line("repaired; %,d entries of packs are lost".formatted(lost));
        return 0;
      }
    }
  }

  /** What a check found; of parts that were not asked for, nothing. */
  private record Findings(List<PackReport> packs, List<LogFileReport> wal, IndexReport index) {
    static Findings of(
        StoppedServer stopped, ColumnDecoder decoder, List<Part> parts, Shell shell) {
      PackCheck check = new PackCheck(stopped.objects(), decoder);
      List<PackReport> packs = new ArrayList<>();
      boolean withPacks = parts.contains(Part.PACKS);
      boolean withIndex = parts.contains(Part.INDEX);
      Progress progress = new Progress(shell.err(), shell.isErrTerminal());
      List<String> keys = withPacks || withIndex ? check.keys() : List.of();
      for (String key : keys) {
        packs.add(withPacks ? check.verify(key) : check.inspect(key));
        progress.packs(packs.size(), keys.size());
      }
      progress.done();
      List<LogFileReport> wal = List.of();
      if (parts.contains(Part.WAL)) {
        try {
          wal = new LogInspection(stopped.wal()).run();
        } catch (IOException e) {
          throw new UncheckedIOException("cannot read the WAL: " + e, e);
        }
      }
      IndexCheck indexCheck = new IndexCheck(stopped.objects(), stopped.indexDirectory());
      IndexReport index = withIndex ? indexCheck.verify(packs) : IndexReport.NONE;
      return new Findings(packs, wal, index);
    }

    boolean tell(StorageText text, List<Part> parts) {
      boolean isWhole = true;
      if (parts.contains(Part.PACKS)) {
        isWhole &= text.damagedPacks(packs);
      }
      if (parts.contains(Part.WAL)) {
        isWhole &= text.damagedWal(wal);
      }
      if (parts.contains(Part.INDEX)) {
        isWhole &= text.index(index);
      }
      return isWhole;
    }
  }
}
