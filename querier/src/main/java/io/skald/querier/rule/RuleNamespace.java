package io.skald.querier.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Groups of a tenant that stand together; a file, if they come from files.
 *
 * @param groups of different names, in the order in which they were added
 */
public record RuleNamespace(String name, List<RuleGroup> groups) {
  public RuleNamespace {
    groups = List.copyOf(groups);
  }

  public Optional<RuleGroup> group(String group) {
    return groups.stream().filter(each -> each.name().equals(group)).findAny();
  }

  /** Returns this with a group more, or with another one in the place of that name. */
  public RuleNamespace with(RuleGroup group) {
    List<RuleGroup> changed = new ArrayList<>(groups);
    changed.replaceAll(each -> each.name().equals(group.name()) ? group : each);
    if (!changed.contains(group)) {
      changed.add(group);
    }
    return new RuleNamespace(name, changed);
  }

  public RuleNamespace without(String group) {
    return new RuleNamespace(
        name, groups.stream().filter(each -> !each.name().equals(group)).toList());
  }
}
