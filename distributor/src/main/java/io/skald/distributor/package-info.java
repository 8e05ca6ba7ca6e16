/**
 * The write entrance: takes pushes over HTTP, decodes and validates them, and hands them to the
 * ingesters that own the streams.
 *
 * <p>Entry type: {@link io.skald.distributor.Distributor}. A push runs on the virtual thread of its
 * request; with replication, one more for every ingester.
 */
@NullMarked
package io.skald.distributor;

import org.jspecify.annotations.NullMarked;
