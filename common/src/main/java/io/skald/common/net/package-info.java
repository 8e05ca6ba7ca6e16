/** Where the process runs, as a network sees it. No threads, no state. */
@NullMarked
package io.skald.common.net;

import org.jspecify.annotations.NullMarked;
