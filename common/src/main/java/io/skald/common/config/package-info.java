/**
 * Configuration files: YAML in the shape users of Loki know, mapped onto records.
 *
 * <p>A component's record lists its keys (camelCase components for snake_case keys) and holds its
 * defaults; this package finds them by reflection and reports every mistake with its line. Entry
 * type: {@link io.skald.common.config.ConfigReader}. No threads, no I/O.
 */
@NullMarked
package io.skald.common.config;

import org.jspecify.annotations.NullMarked;
