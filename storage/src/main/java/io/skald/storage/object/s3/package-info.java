/**
 * Objects in a bucket of S3, or of a store that speaks its protocol.
 *
 * <p>Owns requests, their retries and limits, uploads in parts, and what errors mean; knows nothing
 * of what an object holds. Entry type: {@link io.skald.storage.object.s3.S3ObjectStore}. Requests
 * run on virtual threads of the store; callers wait for them and may be interrupted. Types of the
 * MinIO client and of OkHttp stay here.
 */
@NullMarked
package io.skald.storage.object.s3;

import org.jspecify.annotations.NullMarked;
