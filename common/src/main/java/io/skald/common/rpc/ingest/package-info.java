/**
 * An ingester behind a gRPC port: {@link io.skald.common.rpc.ingest.IngesterService} answers there,
 * {@link io.skald.common.rpc.ingest.RemoteIngester} asks. Entries travel in columns.
 */
@NullMarked
package io.skald.common.rpc.ingest;

import org.jspecify.annotations.NullMarked;
