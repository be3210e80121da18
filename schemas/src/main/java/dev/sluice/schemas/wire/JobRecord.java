package dev.sluice.schemas.wire;

/**
 * One record of sluice.jobs.
 *
 * @param origin process that wrote it
 * @param event what happened or is asked for
 */
public record JobRecord(String origin, JobEvent event) {}
