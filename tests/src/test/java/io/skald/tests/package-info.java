/**
 * Checks of the whole project: architecture, formatting, real processes on loopback, conformance
 * with recorded answers, crashes.
 */
@NullMarked
package io.skald.tests;

import org.jspecify.annotations.NullMarked;
