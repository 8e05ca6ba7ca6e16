/**
 * What a tenant may do: the keys of {@code limits_config}.
 *
 * <p>Entry types: {@link io.skald.common.limits.Limits} and {@link
 * io.skald.common.limits.TenantLimits}. Immutable.
 */
@NullMarked
package io.skald.common.limits;

import org.jspecify.annotations.NullMarked;
