package dev.sluice.deploy.simulation;

import dev.sluice.coordinator.fold.PartitionFold;
import dev.sluice.coordinator.ledger.BrokenInvariant;
import dev.sluice.coordinator.runtime.FoldShard;
import dev.sluice.coordinator.runtime.LedgerShard;
import dev.sluice.coordinator.runtime.PartitionRuntime.State;
import dev.sluice.coordinator.runtime.Position;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.JobRecord;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A coordinator: runtimes of the ledger and fold partitions that two groups have given it, until it
 * learns that they are another's.
 */
final class Coordinator {

  private static final FoldShard.Pace PACE =
      new FoldShard.Pace(300, World.PROGRESS_MS, 3, World.LATE_MS);

  final String name;
  private final World world;
  private final Map<Integer, Partition<LedgerShard, JobRecord, SimulatedLedger>> ledgers =
      new TreeMap<>();
  private final Map<Integer, Partition<FoldShard, GradientRecord, SimulatedFold>> folds =
      new TreeMap<>();
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

  /** The ledger of a partition, where it is active here. */
  @Nullable LedgerShard ledger(int partition) {
    var ledger = ledgers.get(partition);
    return ledger == null ? null : ledger.runtime.active();
  }

  /** The fold of a partition, where it is active here. */
  @Nullable FoldShard fold(int partition) {
    var fold = folds.get(partition);
    return fold == null ? null : fold.runtime.active();
  }

  /** Whether a partition's ledger has stored all that follows from its log. */
  boolean hasCaughtUpLedger(int partition) {
    var at = position(ledgers.get(partition));
    return at != null && world.jobs(partition).readUpTo((int) at.offset());
  }

  /** Whether a partition's fold has said all that follows from its log. */
  boolean hasCaughtUpFold(int partition) {
    var fold = folds.get(partition);
    var at = position(fold);
    if (fold == null || at == null) {
      return false;
    }
    var active = fold.runtime.active();
    var ports = fold.ports();
    return active != null
        && !active.replaying()
        && ports != null
        && ports.published()
        && world.gradients(partition).log.readUpTo((int) at.offset());
  }

  /** Whether a partition's fold has folded a record and all before it. */
  boolean hasFolded(int partition, int offset) {
    var fold = folds.get(partition);
    var at = position(fold);
    var active = fold == null ? null : fold.runtime.active();
    return at != null && at.offset() > offset && active != null && !active.replaying();
  }

  private static @Nullable Position position(@Nullable Partition<?, ?, ?> partition) {
    return partition == null || partition.runtime.active() == null
        ? null
        : partition.runtime.position();
  }

  /** Learns what the groups have decided: gives partitions up, or takes them over. */
  void poll() {
    if (!hung) {
      poll(world.ledgerOwners, ledgers, this::openLedger);
      poll(world.foldOwners, folds, this::openFold);
    }
  }

  private Partition<LedgerShard, JobRecord, SimulatedLedger> openLedger(int partition) {
    return new Partition<>(
        world,
        SimulatedLedger.source(world, partition),
        () -> new SimulatedLedger(world, partition),
        ports ->
            new LedgerShard(
                partition, World.PARTITIONS, world.memory(), world.ledger, ports, ports));
  }

  private Partition<FoldShard, GradientRecord, SimulatedFold> openFold(int partition) {
    var source = SimulatedFold.source(world, partition);
    return new Partition<>(
        world,
        source,
        () -> new SimulatedFold(world, partition, source),
        ports ->
            new FoldShard(
                "gradients-" + partition,
                new PartitionFold(partition, World.PARTITIONS, World.waitingBytesMax(partition)),
                PACE,
                ports,
                ports));
  }

  private <P extends Partition<?, ?, ?>> void poll(
      OwnerGroup group, Map<Integer, P> partitions, IntFunction<P> open) {
    if (!group.has(this)) { // its partitions were lost long ago
      partitions.values().forEach(Coordinator::close);
      partitions.clear();
      group.join(this);
    }
    for (int partition = 0; partition < World.PARTITIONS; partition++) {
      if (!group.gives(partition, this)) {
        var left = partitions.remove(partition);
        if (left != null) {
          close(left);
        }
        group.released(partition, this);
      } else if (!partitions.containsKey(partition)) {
        partitions.put(partition, open.apply(partition));
      }
    }
  }

  private static void close(Partition<?, ?, ?> left) {
    left.runtime.revoke();
    while (left.runtime.state() != State.CLOSED) {
      left.runtime.turn();
    }
  }

  /** The ledger of a partition has a turn; without one this has time to poll. */
  void turnLedger(int partition) {
    var ledger = ledgers.get(partition);
    boolean more = turn(ledger);
    var active = hung || ledger == null ? null : ledger.runtime.active();
    var at = position(ledger);
    if (active != null && at != null) {
      world.invariants.follows(world.jobs(partition).name, world.kept.decided(partition), at);
      if (!more) {
        world.owed.looked(partition, active.state().activeJobs());
      }
    }
  }

  /** The same of the fold. */
  void turnFold(int partition) {
    var _ = turn(folds.get(partition));
  }

  /** Whether there is more to do at once. */
  private boolean turn(@Nullable Partition<?, ?, ?> partition) {
    if (partition == null) {
      poll();
    } else if (!hung) {
      try {
        return partition.runtime.turn();
      } catch (BrokenInvariant e) {
        throw new InvariantBroken("the ledger's own invariants hold", e.getMessage(), e);
      }
    }
    return false;
  }

  /** The thread that writes the checkpoints of a partition has its turn. */
  void checkpoint(int partition) {
    var fold = folds.get(partition);
    var ports = fold == null || hung || fold.runtime.active() == null ? null : fold.ports();
    if (ports != null) {
      ports.commit();
    }
  }

  /** The brokers fail a partition's ledger. */
  void failLedger(int partition) {
    var ledger = ledgers.get(partition);
    if (ledger != null) {
      ledger.fail();
    }
  }

  /** The same of the fold. */
  void failFold(int partition) {
    var fold = folds.get(partition);
    if (fold != null) {
      fold.fail();
    }
  }

  /** Nothing more comes from it; some of what it sent is lost. */
  void die() {
    for (var ledger : ledgers.values()) {
      var ports = ledger.ports();
      cut(ports == null ? "" : ports.name());
    }
    for (var fold : folds.values()) {
      var ports = fold.ports();
      cut(ports == null ? "" : ports.name());
    }
    ledgers.clear();
    folds.clear();
  }

  private void cut(String sender) {
    if (!sender.isEmpty()) {
      world.network.cut(sender);
    }
  }

  /** Stops as it should. */
  void stop() {
    ledgers.values().forEach(Coordinator::close);
    folds.values().forEach(Coordinator::close);
    ledgers.clear();
    folds.clear();
  }
}
