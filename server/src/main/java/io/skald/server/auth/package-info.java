/**
 * Who calls, and what they may: credentials of four kinds, each mapped to tenants and permissions.
 *
 * <p>Entry type: {@link io.skald.server.auth.AuthenticationGuard}. Work that takes long is done on
 * the caller's virtual thread, bounded. The only package that imports Nimbus JOSE+JWT.
 */
@NullMarked
package io.skald.server.auth;

import org.jspecify.annotations.NullMarked;
