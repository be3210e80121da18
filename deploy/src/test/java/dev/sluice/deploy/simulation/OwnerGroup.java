package dev.sluice.deploy.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The consumer group that spreads a topic's partitions over coordinators, as the brokers see it. It
 * moves a partition in steps: its owner is to give it up, has done so, another one gets it; each
 * member learns of its part when it polls. Who is expelled doesn't know until then.
 */
final class OwnerGroup {

  private final List<Coordinator> members = new ArrayList<>();
  private final @Nullable Coordinator[] owners;
  private final boolean[] leaving;

  OwnerGroup(int partitions) {
    owners = new Coordinator[partitions];
    leaving = new boolean[partitions];
  }

  boolean has(Coordinator member) {
    return members.contains(member);
  }

  void join(Coordinator member) {
    members.add(member);
    rebalance();
  }

  /**
   * It has left, died, or was not heard of for too long: others may have its partitions at once.
   */
  void remove(Coordinator member) {
    members.remove(member);
    for (int partition = 0; partition < owners.length; partition++) {
      if (owners[partition] == member) {
        free(partition);
      }
    }
    rebalance();
  }

  /** Who owns a partition; null: nobody now. */
  @Nullable Coordinator owner(int partition) {
    return owners[partition];
  }

  /** Whether a member is to run a partition. */
  boolean gives(int partition, Coordinator member) {
    return owners[partition] == member && !leaving[partition];
  }

  /** A member has given up what it was told to give up. */
  void released(int partition, Coordinator member) {
    if (owners[partition] == member && leaving[partition]) {
      free(partition);
      rebalance();
    }
  }

  private void free(int partition) {
    owners[partition] = null;
    leaving[partition] = false;
  }

  /** Gives away what is free, and asks whoever has more than its part to give something up. */
  private void rebalance() {
    if (members.isEmpty()) {
      return;
    }
    for (int partition = 0; partition < owners.length; partition++) {
      if (owners[partition] == null) {
        owners[partition] = least();
      }
    }
    for (int partition = 0; partition < owners.length; partition++) {
      var owner = Objects.requireNonNull(owners[partition]);
      leaving[partition] |= kept(owner) > kept(least()) + 1;
    }
  }

  private Coordinator least() {
    var least = members.getFirst();
    for (var member : members) {
      least = kept(member) < kept(least) ? member : least;
    }
    return least;
  }

  private int kept(Coordinator member) {
    int kept = 0;
    for (int partition = 0; partition < owners.length; partition++) {
      kept += gives(partition, member) ? 1 : 0;
    }
    return kept;
  }
}
