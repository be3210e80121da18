package dev.sluice.schemas.wire;

/**
 * How far the ledger has read its partition of sluice.jobs.
 *
 * @param nextOffset offset of the next record to decide on
 */
public record LedgerCursor(long nextOffset) implements StoredState {}
