package dev.sluice.schemas.wire;

/**
 * How far the ledger has read its partition of sluice.jobs.
 *
 * @param nextOffset offset of the next record to decide on
 * @param leaderEpoch leader epoch of the last record that was decided on; -1: not known
 */
public record LedgerCursor(long nextOffset, int leaderEpoch) implements StoredState {}
