package dev.sluice.deploy.simulation;

import dev.sluice.coordinator.ledger.Effect;
import dev.sluice.coordinator.ledger.LedgerState;
import dev.sluice.coordinator.ledger.Moment;
import dev.sluice.coordinator.ledger.Reminders;
import dev.sluice.schemas.wire.LedgerCursor;
import dev.sluice.schemas.wire.Task;
import java.util.ArrayList;
import java.util.List;

/**
 * A coordinator's ledger over one partition: it decides on records, and commits states, effects and
 * cursor together, unless another has taken the partition over meanwhile.
 */
final class LedgerProcess {

  private static final int BATCH_MAX = 4;

  private final World world;
  private final int partition;
  private final String name;
  private final Transactions.Producer producer;
  private final LedgerState state = new LedgerState();
  private final List<Task> dispatched = new ArrayList<>();
  private final Reminders reminders = new Reminders();
  private boolean deciding;
  private int next;

  /** Takes the partition over: whoever had it is fenced, and what it had not committed is void. */
  LedgerProcess(World world, int partition) {
    this.world = world;
    this.partition = partition;
    name = world.nameOf("ledger-" + partition);
    boolean unfenced = world.mutation == Mutation.ZOMBIE_LEDGER;
    if (world.mutation == Mutation.STATES_READ_BEFORE_FENCING) {
      world.states(partition).values().forEach(state::apply);
      producer = world.transactions.init("ledger-" + partition);
    } else {
      producer = world.transactions.init(unfenced ? name : "ledger-" + partition);
      world.states(partition).values().forEach(state::apply);
    }
    next =
        world.mutation == Mutation.GROUP_OFFSETS_TRUSTED
            ? world.polled(partition)
            : (int) state.nextOffset();
  }

  String name() {
    return name;
  }

  LedgerState state() {
    return state;
  }

  boolean hasCaughtUp() {
    return !deciding && world.jobs(partition).readUpTo(next);
  }

  /**
   * Decides on some records, or commits what it has decided on.
   *
   * @return whether it may go on; otherwise it has found itself fenced, and what it knows is void
   */
  boolean act() {
    if (!deciding) {
      decide();
      return true;
    }
    deciding = false;
    if (!producer.commit()) {
      return false;
    }
    dispatched.forEach(world.invariants::dispatched);
    dispatched.clear();
    return true;
  }

  private void decide() {
    var log = world.jobs(partition);
    int from = next;
    int most = 1 + world.random.nextInt(BATCH_MAX);
    for (int taken = 0; next < log.stable() && taken < most; next++) {
      var record = log.committed(next);
      if (record == null) {
        continue;
      }
      if (taken++ == 0) {
        producer.begin();
        deciding = true;
      }
      var decision =
          world.ledger.decide(state, record.event(), new Moment(record.atMs(), world.fleetSeen()));
      decision
          .changes()
          .forEach(
              (key, change) -> {
                state.apply(change);
                world.store(producer, partition, key, change);
              });
      decision.effects().forEach(this::carryOut);
    }
    if (deciding) {
      world.store(producer, partition, "cursor", new LedgerCursor(next));
    }
    if (next > from) {
      world.poll(partition, next);
    }
  }

  private void carryOut(Effect effect) {
    if (effect instanceof Effect.Dispatch dispatch) {
      dispatched.add(dispatch.task());
    }
    world.carryOut(producer, effect);
  }

  /** Looks for what doesn't move, by this process's clock. */
  void look() {
    if (world.mutation != Mutation.STALLS_IGNORED) {
      var stalled = world.ledger.stalled(state, new Moment(world.nowMs, world.fleetSeen()));
      reminders.due(stalled, world.nowMs).forEach(event -> world.tell(name, event));
    }
  }
}
