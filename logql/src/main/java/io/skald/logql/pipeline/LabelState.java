package io.skald.logql.pipeline;

import io.skald.common.model.Labels;
import io.skald.logql.syntax.Grouping;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The labels of one entry on its way through the stages: those of the stream, the structured
 * metadata, those that stages made, and the two error slots. Reused from entry to entry. Not
 * thread-safe.
 *
 * <p>Names of different categories do not clash, but by {@link #set}: metadata that has the name of
 * a stream label, and parsed labels that have the name of either, get a suffix.
 */
final class LabelState implements LabelView {
  static final String ERROR = "__error__";
  static final String ERROR_DETAILS = "__error_details__";

  /** Set beside an error that the query asks for, so that it does not fail the query. */
  static final String PRESERVE_ERROR = "__preserve_error__";

  /** An entry with more labels is an attack or a mistake; those beyond are not extracted. */
  private static final int MAX_EXTRACTED_LABELS = 1 << 17;

  /** Bounds the memory that names take: a deep path makes a long name of each of its leaves. */
  private static final int MAX_EXTRACTED_NAME_LENGTH = 1 << 24;

  private final Labels streamLabels;
  private final LabelNeeds needs;
  private final NameCache names;
  private final LabelSets sets = new LabelSets();
  private final MetadataNames metadataNames;
  private final boolean[] streamRemoved;
  private final ParsedLabels parsed = new ParsedLabels(new ValueCache());

  private int streamRemovedCount;
  private Labels metadata = Labels.EMPTY;
  private boolean[] metadataRemoved = {};
  private int metadataRemovedCount;
  private int missing;
  private long nameLength;
  private @Nullable String error;
  private @Nullable String errorDetails;
  private @Nullable String hidden;

  LabelState(Labels streamLabels, LabelNeeds needs) {
    this.streamLabels = streamLabels;
    this.needs = needs;
    this.names = new NameCache(streamLabels, needs);
    this.metadataNames = new MetadataNames(streamLabels);
    this.streamRemoved = new boolean[streamLabels.size()];
  }

  /** Begins with the next entry. */
  void reset(Labels entryMetadata) {
    if (streamRemovedCount > 0) {
      Arrays.fill(streamRemoved, false);
      streamRemovedCount = 0;
    }
    parsed.clear();
    error = null;
    errorDetails = null;
    hidden = null;
    missing = needs.size();
    nameLength = 0;
    metadata = metadataNames.adapt(entryMetadata);
    if (metadataRemoved.length < metadata.size()) {
      metadataRemoved = new boolean[metadata.size()];
    } else if (metadataRemovedCount > 0) {
      Arrays.fill(metadataRemoved, false);
    }
    metadataRemovedCount = 0;
    if (!entryMetadata.isEmpty()) {
      error = entryMetadata.get(ERROR);
    }
  }

  LabelNeeds needs() {
    return needs;
  }

  // Extraction by parsers.

  /** Returns the label name for a key of the line; one without text if it yields none. */
  LabelName nameOf(byte[] area, int start, int end) {
    return names.get(area, start, end);
  }

  /** Returns the label name for one that the query names. */
  LabelName nameOf(String name) {
    return names.get(name);
  }

  /** Returns whether nothing that later steps need is left to be found. */
  boolean isComplete() {
    return missing <= 0;
  }

  private boolean clashes(LabelName name) {
    return name.ofStream() || hasMetadata(name.plain());
  }

  /** Sets a label that a parser found, unless the name was set before or is not needed. */
  void extract(LabelName name, byte[] area, int start, int end, ParsedLabels.Encoding encoding) {
    boolean clash = clashes(name);
    if (!name.isWanted(clash)) {
      return;
    }
    String effective = name.effective(clash);
    if (isNew(effective, clash)) {
      parsed.set(-1, effective, area, start, end, encoding);
    }
  }

  /** Sets a label that an expression asked for, also over an earlier value. */
  void extractOver(
      LabelName name, byte[] area, int start, int end, ParsedLabels.Encoding encoding) {
    boolean clash = clashes(name);
    if (!name.isWanted(clash)) {
      return;
    }
    String effective = name.effective(clash);
    int slot = parsed.find(effective);
    if (slot >= 0 || isNew(effective, clash)) {
      parsed.set(slot, effective, area, start, end, encoding);
    }
  }

  /** Returns whether the name can be set for the first time, and makes way for it. */
  private boolean isNew(String name, boolean clash) {
    if (parsed.find(name) >= 0) {
      return false;
    }
    nameLength += name.length();
    if (parsed.count() >= MAX_EXTRACTED_LABELS || nameLength > MAX_EXTRACTED_NAME_LENGTH) {
      return false;
    }
    missing--;
    if (clash) {
      // Metadata may have got the name with the suffix before.
      removeOuter(name);
    }
    return true;
  }

  /** Returns the number of names set so far, to tell with {@link #wasSetBefore} what came later. */
  int setCount() {
    return parsed.count();
  }

  /** Returns whether the name was set when {@link #setCount} was {@code count}. */
  boolean wasSetBefore(LabelName name, int count) {
    int slot = parsed.find(name.effective(clashes(name)));
    return slot >= 0 && slot < count;
  }

  // Changes by other stages.

  /** Sets a label, in whatever category it was; it is a parsed one afterwards. */
  void set(String name, String value) {
    removeOuter(name);
    parsed.set(parsed.find(name), name, value);
  }

  /** Removes the label from every category; the error slots have methods of their own. */
  void remove(String name) {
    removeOuter(name);
    int slot = parsed.find(name);
    if (slot >= 0) {
      parsed.remove(slot);
    }
  }

  private void removeOuter(String name) {
    for (int i = 0; i < streamRemoved.length; i++) {
      if (!streamRemoved[i] && streamLabels.name(i).equals(name)) {
        streamRemoved[i] = true;
        streamRemovedCount++;
      }
    }
    for (int i = 0; i < metadata.size(); i++) {
      if (!metadataRemoved[i] && metadata.name(i).equals(name)) {
        metadataRemoved[i] = true;
        metadataRemovedCount++;
      }
    }
  }

  /** Decides about one label. */
  interface Choice {
    boolean keeps(String name, String value);
  }

  /** Removes all labels that {@code choice} does not keep. */
  void retain(Choice choice) {
    for (int i = 0; i < streamRemoved.length; i++) {
      if (!streamRemoved[i] && !choice.keeps(streamLabels.name(i), streamLabels.value(i))) {
        streamRemoved[i] = true;
        streamRemovedCount++;
      }
    }
    for (int i = 0; i < metadata.size(); i++) {
      if (!metadataRemoved[i] && !choice.keeps(metadata.name(i), metadata.value(i))) {
        metadataRemoved[i] = true;
        metadataRemovedCount++;
      }
    }
    for (int i = 0; i < parsed.count(); i++) {
      if (!parsed.isRemoved(i) && !choice.keeps(parsed.name(i), parsed.value(i))) {
        parsed.remove(i);
      }
    }
  }

  /**
   * Hides a label from {@link #all} and everything but {@link #get} and grouping by its name. Ends
   * with the entry.
   */
  void hide(String name) {
    hidden = name;
  }

  // Errors.

  /** Sets the error of a parser or template, over an earlier one. */
  void setError(String name, @Nullable String details) {
    error = name;
    errorDetails = details;
  }

  /** Sets a parser's error; keeps the query alive if it asks for errors. */
  void setParserError(String name, @Nullable String details) {
    setError(name, details);
    if (needs.wantsErrors()) {
      set(PRESERVE_ERROR, "true");
    }
  }

  @Nullable String error() {
    return error;
  }

  @Nullable String errorDetails() {
    return errorDetails;
  }

  void clearError() {
    error = null;
  }

  void clearErrorDetails() {
    errorDetails = null;
  }

  @Override
  public boolean hasError() {
    return error != null;
  }

  // Reading.

  @Override
  public @Nullable String get(String name) {
    if (error != null && name.equals(ERROR)) {
      return error;
    }
    if (errorDetails != null && name.equals(ERROR_DETAILS)) {
      return errorDetails;
    }
    return getLabel(name);
  }

  /** Returns the value of a label, without regard to the error slots. */
  @Nullable String getLabel(String name) {
    int slot = parsed.find(name);
    if (slot >= 0 && !parsed.isRemoved(slot)) {
      return parsed.value(slot);
    }
    for (int i = 0; i < metadata.size(); i++) {
      if (!metadataRemoved[i] && metadata.name(i).equals(name)) {
        return metadata.value(i);
      }
    }
    for (int i = 0; i < streamRemoved.length; i++) {
      if (!streamRemoved[i] && streamLabels.name(i).equals(name)) {
        return streamLabels.value(i);
      }
    }
    return null;
  }

  /**
   * Returns the label's value as a number if it is a simple decimal that was not yet decoded, else
   * NaN: then {@link #getLabel} has to be asked.
   */
  double simpleNumber(String name) {
    int slot = parsed.find(name);
    return slot >= 0 && !parsed.isRemoved(slot) ? parsed.simpleNumber(slot) : Double.NaN;
  }

  /** Returns whether the stream has, or had, the label, or the metadata has it. */
  boolean hasOuter(String name) {
    return streamLabels.has(name) || hasMetadata(name);
  }

  private boolean hasMetadata(String name) {
    for (int i = 0; i < metadata.size(); i++) {
      if (!metadataRemoved[i] && metadata.name(i).equals(name)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public Labels all() {
    if (parsed.count() == 0
        && streamRemovedCount == 0
        && metadataRemovedCount == 0
        && error == null
        && !showsDetails()
        && hidden == null) {
      return metadata.isEmpty() ? streamLabels : sets.merged(streamLabels, metadata);
    }
    sets.begin();
    addStream();
    addMetadata();
    addParsed();
    return sets.finish();
  }

  @Override
  public Labels stream() {
    if (streamRemovedCount == 0 && hidden == null) {
      return streamLabels;
    }
    sets.begin();
    addStream();
    return sets.finish();
  }

  @Override
  public Labels structuredMetadata() {
    if (metadataRemovedCount == 0 && hidden == null) {
      return metadata;
    }
    sets.begin();
    addMetadata();
    return sets.finish();
  }

  @Override
  public Labels parsed() {
    sets.begin();
    addParsed();
    return sets.finish();
  }

  private void addStream() {
    for (int i = 0; i < streamRemoved.length; i++) {
      if (!streamRemoved[i]) {
        add(streamLabels.name(i), streamLabels.value(i));
      }
    }
  }

  private void addMetadata() {
    for (int i = 0; i < metadata.size(); i++) {
      if (!metadataRemoved[i]) {
        add(metadata.name(i), metadata.value(i));
      }
    }
  }

  /** Adds the parsed labels and the error slots; a slot hides a parsed label of its name. */
  private void addParsed() {
    for (int i = 0; i < parsed.count(); i++) {
      String name = parsed.name(i);
      boolean covered =
          (error != null && name.equals(ERROR))
              || (errorDetails != null && name.equals(ERROR_DETAILS));
      if (!parsed.isRemoved(i) && !covered) {
        add(name, parsed.value(i));
      }
    }
    if (error != null) {
      add(ERROR, error);
    }
    if (errorDetails != null && showsDetails()) {
      add(ERROR_DETAILS, errorDetails);
    }
  }

  /**
   * Returns whether the details of an error are among the labels: when only the error was dropped,
   * they stay behind, but not as the one thing that sets the entry apart from its stream.
   */
  private boolean showsDetails() {
    return errorDetails != null
        && (error != null || parsed.count() > 0 || streamRemovedCount > 0 || !metadata.isEmpty());
  }

  private void add(String name, String value) {
    if (!name.equals(hidden)) {
      sets.add(name, value);
    }
  }

  @Override
  public Labels group(Grouping grouping) {
    if (error != null && getLabel(PRESERVE_ERROR) == null) {
      return all();
    }
    return grouping.without() ? sets.without(all(), grouping) : sets.by(this, grouping);
  }

  @Override
  public Labels without(String name) {
    String outer = hidden;
    hidden = name;
    Labels result = all();
    hidden = outer;
    return result;
  }
}
