/**
 * The {@code skald} command: picocli commands that run the processes or talk to a server.
 *
 * <p>Entry type: {@link io.skald.cli.Skald}. Commands that only talk HTTP load no server class.
 */
@NullMarked
package io.skald.cli;

import org.jspecify.annotations.NullMarked;
