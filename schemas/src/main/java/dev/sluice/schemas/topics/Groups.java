package dev.sluice.schemas.topics;

/**
 * Names of the groups that share topics among processes, beside those of the lanes ({@link
 * Topic#shareGroup}), which begin otherwise. Transactional ids are a group's name and a partition.
 */
public final class Groups {

  /** Coordinators, each with some partitions of {@link Topic#JOBS}. */
  public static final String LEDGER = "sluice-ledger";

  /** Coordinators, each with some partitions of {@link Topic#GRADIENTS}. */
  public static final String FOLD = "sluice-fold";

  private Groups() {}

  /** Transactional id of whoever owns a partition of the topic that a group shares. */
  public static String transactionalId(String group, int partition) {
    return group + "-" + partition;
  }

  /**
   * The group without members whose committed offsets say how far another group has come. Whoever
   * commits to its own group waits for every copy in sync, and so do its heartbeats behind that: a
   * lost broker would cost every member its place.
   */
  public static String lag(String group) {
    return group + "-lag";
  }
}
