package io.skald.logql.pipeline;

import io.skald.common.model.Labels;

/**
 * Gives structured metadata the names it has in a pipeline: a suffix where a stream label has the
 * name, and {@code __error__} goes to the error slot instead. The result for the last set is kept,
 * because entries share sets. Not thread-safe.
 */
final class MetadataNames {
  private final Labels stream;
  private Labels lastInput = Labels.EMPTY;
  private Labels lastResult = Labels.EMPTY;

  MetadataNames(Labels stream) {
    this.stream = stream;
  }

  @SuppressWarnings("ReferenceEquality") // Entries share the objects of their metadata table.
  Labels adapt(Labels metadata) {
    if (metadata.isEmpty()) {
      return metadata;
    }
    if (metadata != lastInput) {
      lastResult = isPlain(metadata) ? metadata : rename(metadata);
      lastInput = metadata;
    }
    return lastResult;
  }

  private boolean isPlain(Labels metadata) {
    for (int i = 0; i < metadata.size(); i++) {
      if (stream.has(metadata.name(i)) || metadata.name(i).equals(LabelState.ERROR)) {
        return false;
      }
    }
    return true;
  }

  private Labels rename(Labels metadata) {
    Labels.Builder renamed = Labels.builder();
    for (int i = 0; i < metadata.size(); i++) {
      String name = metadata.name(i);
      if (!name.equals(LabelState.ERROR)) {
        renamed.set(free(name), metadata.value(i));
      }
    }
    return renamed.build();
  }

  private String free(String name) {
    String free = name;
    while (stream.has(free)) {
      free = LabelName.clashing(free);
    }
    return free;
  }
}
