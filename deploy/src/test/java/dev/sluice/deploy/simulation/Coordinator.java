package dev.sluice.deploy.simulation;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * A coordinator: it runs the ledger and fold partitions that two groups have given it, until it
 * learns that they are another's. What it finds fenced it takes over again, its own or not.
 */
final class Coordinator {

  final String name;
  private final World world;
  private final Map<Integer, LedgerProcess> ledgers = new TreeMap<>();
  private final Map<Integer, FoldProcess> folds = new TreeMap<>();
  private boolean hung;

  Coordinator(String name, World world) {
    this.name = name;
    this.world = world;
  }

  @Override
  public String toString() {
    return name + (hung ? " hangs with " : " has ") + ledgers.keySet() + folds.keySet();
  }

  boolean hung() {
    return hung;
  }

  void hang() {
    hung = true;
  }

  void wake() {
    hung = false;
  }

  Map<Integer, LedgerProcess> ledgers() {
    return ledgers;
  }

  Map<Integer, FoldProcess> folds() {
    return folds;
  }

  /** Learns what the groups have decided: gives partitions up, or takes them over. */
  void poll() {
    if (!hung) {
      poll(world.ledgerOwners, ledgers, partition -> new LedgerProcess(world, partition));
      poll(world.foldOwners, folds, partition -> new FoldProcess(world, partition));
    }
  }

  private <P> void poll(OwnerGroup group, Map<Integer, P> processes, IntFunction<P> takeOver) {
    if (!group.has(this)) {
      processes.clear(); // lost long ago
      group.join(this);
    }
    for (int partition = 0; partition < World.PARTITIONS; partition++) {
      if (!group.gives(partition, this)) {
        processes.remove(partition);
        group.released(partition, this);
      } else if (!processes.containsKey(partition)) {
        processes.put(partition, takeOver.apply(partition));
      }
    }
  }

  /** The ledger of a partition decides or commits; without one it has time to poll. */
  void decide(int partition) {
    var ledger = ledgers.get(partition);
    if (ledger == null) {
      poll();
    } else if (!hung && !ledger.act()) {
      reloadLedger(partition);
    }
  }

  /** A transaction has failed: what was not written did not happen. */
  void reloadLedger(int partition) {
    ledgers.computeIfPresent(partition, (p, failed) -> new LedgerProcess(world, p));
  }

  /** Ledger and fold of a partition look for what doesn't move. */
  void look(int partition) {
    var ledger = ledgers.get(partition);
    if (ledger != null && !hung) {
      ledger.look();
    }
    var fold = folds.get(partition);
    if (fold != null && !hung) {
      fold.lookForStragglers();
    }
  }

  /** The fold of a partition goes on; without one it has time to poll. */
  void fold(int partition) {
    var fold = folds.get(partition);
    if (fold == null) {
      poll();
    } else if (!hung && !fold.act()) {
      reloadFold(partition);
    }
  }

  /** The fold of a partition takes a checkpoint, or commits it. */
  void checkpoint(int partition) {
    var fold = folds.get(partition);
    if (fold != null && !hung && !fold.checkpoint()) {
      reloadFold(partition);
    }
  }

  /** Memory and what is stored may differ: a checkpoint has failed, or another has stored one. */
  void reloadFold(int partition) {
    folds.computeIfPresent(partition, (p, failed) -> new FoldProcess(world, p));
  }

  /** Nothing more comes from it; some of what it sent is lost. */
  void die() {
    ledgers.values().forEach(ledger -> world.network.cut(ledger.name()));
    folds.values().forEach(fold -> world.network.cut(fold.name()));
    ledgers.clear();
    folds.clear();
  }
}
