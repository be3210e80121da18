package dev.sluice.coordinator.ledger;

import dev.sluice.schemas.wire.Priority;

/**
 * What hands its tasks out in order.
 *
 * @param lane lane
 * @param engine engine that its tasks need; empty: any
 * @param priority priority
 */
record LaneQueue(String lane, String engine, Priority priority) {}
