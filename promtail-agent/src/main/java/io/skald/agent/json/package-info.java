/**
 * JSON values as plain Java ones (maps, lists, text, doubles, booleans, null), their text, and
 * JMESPath expressions over them. Strict as Go's encoding/json. No threads, no state.
 *
 * <p>Entry types: {@link io.skald.agent.json.JsonReader}, {@link io.skald.agent.json.JsonWriter},
 * {@link io.skald.agent.json.JmesPath}.
 */
@NullMarked
package io.skald.agent.json;

import org.jspecify.annotations.NullMarked;
