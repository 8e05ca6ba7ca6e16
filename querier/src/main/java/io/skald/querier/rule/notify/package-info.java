/**
 * Tells Alertmanagers of alerts.
 *
 * <p>Entry type: {@link io.skald.querier.rule.notify.AlertmanagerNotices}, with a virtual thread of
 * its own for each Alertmanager.
 */
@NullMarked
package io.skald.querier.rule.notify;

import org.jspecify.annotations.NullMarked;
