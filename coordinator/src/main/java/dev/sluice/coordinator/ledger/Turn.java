package dev.sluice.coordinator.ledger;

import dev.sluice.coordinator.placement.Fleet;

/**
 * One event that is decided on: what was before, what may be known beside it, and what follows.
 *
 * @param state before; not changed
 * @param moment time and fleet
 * @param decision takes what follows
 */
record Turn(LedgerState state, Moment moment, Decision decision) {

  /** When the broker appended the event. */
  long nowMs() {
    return moment.nowMs();
  }

  /** Who is alive. */
  Fleet fleet() {
    return moment.fleet();
  }

  /** Something is to be sent. */
  void send(Effect effect) {
    decision.send(effect);
  }
}
