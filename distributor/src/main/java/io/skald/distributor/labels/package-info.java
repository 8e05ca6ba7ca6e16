/**
 * The labels of a stream: from label text to a validated identity, behind a cache keyed by the
 * text's bytes.
 *
 * <p>Entry type: {@link io.skald.distributor.labels.LabelCache}. Thread-safe.
 */
@NullMarked
package io.skald.distributor.labels;

import org.jspecify.annotations.NullMarked;
