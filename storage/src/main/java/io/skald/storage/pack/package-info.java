/**
 * Packs: objects that hold the chunks of many streams of one tenant, with a directory at the end.
 *
 * <p>Owns the layout around the chunks (docs/formats/pack.md) and the names of pack objects. Entry
 * types: {@link io.skald.storage.pack.PackWriter}, {@link io.skald.storage.pack.PackReader}. No
 * threads.
 */
@NullMarked
package io.skald.storage.pack;

import org.jspecify.annotations.NullMarked;
