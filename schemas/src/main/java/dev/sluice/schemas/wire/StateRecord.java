package dev.sluice.schemas.wire;

/**
 * One record of sluice.job-states.
 *
 * @param state what is stored
 */
public record StateRecord(StoredState state) {}
