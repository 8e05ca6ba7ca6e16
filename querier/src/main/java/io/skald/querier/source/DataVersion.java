package io.skald.querier.source;

import java.util.List;

/**
 * What this process sees of the entries of a range of time at one moment.
 *
 * @param name of the entries, for all processes; empty if there is none
 * @param deletionChanges a number for each tenant, equal at two moments only if no delete request
 *     came or went between them. Names alone do not tell of one that came and was withdrawn again
 */
public record DataVersion(String name, List<Long> deletionChanges) {
  public DataVersion {
    deletionChanges = List.copyOf(deletionChanges);
  }
}
