package dev.sluice.deploy.simulation;

import dev.sluice.coordinator.ledger.Effect;
import dev.sluice.coordinator.ledger.LedgerState;
import dev.sluice.coordinator.ledger.Moment;
import dev.sluice.schemas.wire.StoredState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A coordinator's ledger over one partition: it decides on records, and commits states, effects and
 * cursor together, unless another has taken the partition over meanwhile.
 */
final class LedgerProcess {

  private static final int BATCH_MAX = 4;

  private final World world;
  private final int partition;
  private final int epoch;
  private final LedgerState state = new LedgerState();
  private int next;
  private @Nullable Transaction open;

  private record Transaction(Map<String, StoredState> states, List<Effect> effects, int next) {}

  /** Takes the partition over: whoever had it is fenced, and what it had not committed is void. */
  LedgerProcess(World world, int partition) {
    this.world = world;
    this.partition = partition;
    epoch = world.fenceLedger(partition);
    world.states(partition).values().forEach(state::apply);
    next =
        world.mutation == Mutation.GROUP_OFFSETS_TRUSTED
            ? world.polled(partition)
            : world.cursor(partition);
  }

  String name() {
    return "ledger-" + partition + "-" + epoch;
  }

  LedgerState state() {
    return state;
  }

  /** Whether it has decided on something and not committed it. */
  boolean inTransaction() {
    return open != null;
  }

  boolean hasCaughtUp() {
    return open == null && next == world.jobs(partition).size();
  }

  /**
   * Decides on some records, or commits what it has decided on.
   *
   * @return whether it may go on; otherwise it has found itself fenced
   */
  boolean act() {
    var transaction = open;
    if (transaction == null) {
      decide();
      return true;
    }
    open = null;
    if (world.isFencedLedger(partition, epoch) && world.mutation != Mutation.ZOMBIE_LEDGER) {
      return false;
    }
    world.commit(partition, transaction.states, transaction.next);
    for (var effect : transaction.effects) {
      if (effect instanceof Effect.Dispatch dispatch) {
        world.invariants.dispatched(dispatch.task());
      }
      boolean seen =
          world.mutation == Mutation.UNCOMMITTED_TASKS && effect instanceof Effect.Dispatch;
      if (!seen) {
        world.carryOut(name(), effect);
      }
    }
    return true;
  }

  private void decide() {
    var log = world.jobs(partition);
    int until = Math.min(log.size(), next + 1 + world.random.nextInt(BATCH_MAX));
    var states = new TreeMap<String, StoredState>();
    var effects = new ArrayList<Effect>();
    for (int at = next; at < until; at++) {
      var record = log.get(at);
      var decision =
          world.ledger.decide(state, record.event(), new Moment(record.atMs(), world.fleetSeen()));
      decision.changes().values().forEach(state::apply);
      states.putAll(decision.changes());
      effects.addAll(decision.effects());
    }
    next = until;
    world.poll(partition, until);
    open = new Transaction(states, effects, until);
    if (world.mutation == Mutation.UNCOMMITTED_TASKS) {
      effects.stream()
          .filter(Effect.Dispatch.class::isInstance)
          .forEach(effect -> world.carryOut(name(), effect));
    }
  }

  /** Looks for what doesn't move, by this process's clock. */
  void look() {
    if (world.mutation != Mutation.STALLS_IGNORED) {
      world
          .ledger
          .stalled(state, new Moment(world.nowMs, world.fleetSeen()))
          .forEach(event -> world.tell(name(), event));
    }
  }
}
