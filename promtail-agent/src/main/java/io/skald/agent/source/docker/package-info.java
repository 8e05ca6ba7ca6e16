/**
 * Reads the logs of Docker's containers through its API.
 *
 * <p>Entry type: {@link io.skald.agent.source.docker.DockerFeed}, one for each client and job,
 * confined to the reader thread. A virtual thread looks for containers, one for each container
 * reads its logs into a bounded queue.
 */
@NullMarked
package io.skald.agent.source.docker;

import org.jspecify.annotations.NullMarked;
