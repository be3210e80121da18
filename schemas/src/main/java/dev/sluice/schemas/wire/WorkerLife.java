package dev.sluice.schemas.wire;

/**
 * One process of a worker, from its start to its end. What died is a process; the next one may have
 * its id.
 *
 * @param worker worker id; processes that follow one another may share one
 * @param life what no other process has; empty: it comes from a release that did not say
 */
public record WorkerLife(String worker, String life) {}
