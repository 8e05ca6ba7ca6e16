/**
 * A whole cluster in one JVM, from a seed: distributors, ingesters, queriers and compactors, the
 * real classes of each, on simulated time, network, disks and object store, while faults of all
 * kinds happen. The same seed gives the same run.
 *
 * <p>Entry type: {@link io.skald.tests.simulation.Simulation}. The threads of the product are
 * virtual threads here, and {@link io.skald.tests.simulation.World} is what they run on: it gives
 * one of them the only processor until that one waits, then another, by the seed. So there is no
 * race that the seed does not decide. Sleeps and waits with a limit are on simulated time, by the
 * clock of the product; see {@link io.skald.common.time.Clock}.
 *
 * <p>In half of the seeds the queriers share what they are asked, and in half they keep the values
 * of metric queries.
 *
 * <p>What is not the real thing: between hosts, calls are handed over without gRPC and its wire
 * form; the ring is kept by {@link io.skald.tests.simulation.SimulatedRegistry} in place of etcd;
 * requests come to the distributor's handlers and to the query engine without sockets. The local
 * database of an ingester's index and the copies of index files are on a real disk, and nothing of
 * them is lost in a crash: what the database holds is synced before anything is built on it.
 */
@NullMarked
package io.skald.tests.simulation;

import org.jspecify.annotations.NullMarked;
