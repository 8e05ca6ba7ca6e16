package io.skald.querier.rule.evaluate;

import io.skald.common.model.TenantId;
import io.skald.logql.engine.QueryResult;

/** Answers the queries of rules. */
@FunctionalInterface
public interface RuleQueries {
  /**
   * Evaluates a query at one instant, under the limits of the tenant and in its turn.
   *
   * @throws io.skald.logql.engine.QueryException if it has no answer
   * @throws io.skald.logql.syntax.ParseException if it is none
   * @throws io.skald.common.block.StorageException if data could not be read
   */
  QueryResult at(TenantId tenant, String query, long timeNanos);
}
