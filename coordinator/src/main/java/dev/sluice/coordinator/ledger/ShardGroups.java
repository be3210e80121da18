package dev.sluice.coordinator.ledger;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Splits the virtual shards of a job into aligned groups, one for each worker. */
final class ShardGroups {

  private ShardGroups() {}

  /**
   * A node of the binary tree over shards.
   *
   * @param from first shard, a multiple of shards
   * @param shards number of shards, a power of two
   */
  record Group(int from, int shards) {}

  /**
   * The groups, in shard order: as many as there are workers, at least one and at most one for each
   * shard, the largest at most twice the smallest.
   *
   * @param shards number of shards, a power of two
   * @param workers workers there are; 0 counts as 1, so that work waits for the first to come
   */
  static List<Group> split(int shards, int workers) {
    var groups = new ArrayList<Group>();
    groups.add(new Group(0, shards));
    while (groups.size() < Math.min(workers, shards)) {
      var largest = groups.stream().max(Comparator.comparingInt(Group::shards)).orElseThrow();
      int at = groups.indexOf(largest);
      int half = largest.shards() / 2;
      groups.set(at, new Group(largest.from(), half));
      groups.add(at + 1, new Group(largest.from() + half, half));
    }
    return groups;
  }
}
