package io.skald.agent;

import io.skald.agent.tail.FileStatus;
import io.skald.agent.tail.SourceStatus;
import java.util.List;
import java.util.Map;

/**
 * How the agent stands. Counts begin at zero with every start.
 *
 * @param clients in the order of the configuration
 * @param sourceCounts what became of entries of sources that are no files, by kind and word, like
 *     {@code syslog_parsing_errors}
 */
public record AgentStatus(List<ClientStatus> clients, Map<String, Long> sourceCounts) {
  public AgentStatus {
    clients = List.copyOf(clients);
    sourceCounts = Map.copyOf(sourceCounts);
  }

  /**
   * A client's buffer on disk.
   *
   * @param bytes compressed
   * @param oldestSeconds since the lines of the oldest batch were read; 0 without one
   */
  public record Buffer(long batches, long bytes, double oldestSeconds) {}

  /**
   * One client; each follows the files by itself.
   *
   * @param ready whether there is something to read from
   * @param files the files that are open, rotated ones included
   * @param sources what is read beside files
   * @param filesUnreadable files that match and cannot be read; the log says why
   * @param linesRead lines cut out of files, sent or not
   * @param linesCut lines longer than {@code tail_config.max_line_bytes}
   * @param bytesLost bytes that were gone before they were read
   * @param filesDamaged compressed files that could not be decoded to their end
   * @param entriesSent entries that the server took
   * @param entriesDropped entries in batches that were refused for good
   * @param retries attempts that failed and were repeated
   * @param linesDropped lines that stages and the limit of their rate dropped, by reason
   * @param linesDroppedByLabel lines that {@code limit} stages dropped by label, by {@code
   *     name=value}
   * @param linesLost entries that other limits dropped behind the stages, by reason
   * @param targets the label sets that were found
   * @param targetsFailed label sets that became no targets, by reason
   * @param buffered what is kept on disk of batches that have not arrived
   * @param lastFailure why the last attempt failed, "" if it did not
   */
  public record ClientStatus(
      String name,
      String url,
      boolean ready,
      List<FileStatus> files,
      List<SourceStatus> sources,
      int filesUnreadable,
      long linesRead,
      long bytesRead,
      long linesCut,
      long bytesLost,
      long filesDamaged,
      long entriesSent,
      long lineBytesSent,
      long bodyBytesSent,
      long entriesDropped,
      long retries,
      Map<String, Long> linesDropped,
      Map<String, Long> linesDroppedByLabel,
      Map<String, Long> linesLost,
      List<DiscoveredTarget> targets,
      Map<String, Long> targetsFailed,
      Buffer buffered,
      String lastFailure) {
    public ClientStatus {
      linesDropped = Map.copyOf(linesDropped);
      linesDroppedByLabel = Map.copyOf(linesDroppedByLabel);
      linesLost = Map.copyOf(linesLost);
      targets = List.copyOf(targets);
      targetsFailed = Map.copyOf(targetsFailed);
      files = List.copyOf(files);
      sources = List.copyOf(sources);
    }

    /** Returns how many bytes of the followed files are not read yet. */
    public long lagBytes() {
      return files.stream().mapToLong(FileStatus::lagBytes).sum();
    }
  }
}
