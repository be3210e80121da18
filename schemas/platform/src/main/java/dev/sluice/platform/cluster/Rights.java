package dev.sluice.platform.cluster;

import java.util.List;

/**
 * What a process does with its brokers beside reading Sluice's topics; where brokers check
 * permissions, it must be allowed to.
 *
 * @param writes whether it writes to the topics
 * @param groups consumer groups that it is a member of, or commits for
 * @param shareGroups share groups that it is a member of
 * @param transactionalIds some of the ids of its transactions
 */
public record Rights(
    boolean writes, List<String> groups, List<String> shareGroups, List<String> transactionalIds) {

  /** For whoever only reads. */
  public static final Rights READER = new Rights(false, List.of(), List.of(), List.of());

  /** For whoever reads and writes, and is in no group. */
  public static final Rights WRITER = new Rights(true, List.of(), List.of(), List.of());

  public Rights {
    groups = List.copyOf(groups);
    shareGroups = List.copyOf(shareGroups);
    transactionalIds = List.copyOf(transactionalIds);
  }
}
