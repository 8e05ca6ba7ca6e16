/**
 * The compressions that files may have. Decodes streams and knows nothing of files or lines.
 *
 * <p>Entry type: {@link io.skald.agent.decompress.Compression}. No threads of its own.
 */
@NullMarked
package io.skald.agent.decompress;

import org.jspecify.annotations.NullMarked;
