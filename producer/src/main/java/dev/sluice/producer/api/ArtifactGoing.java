package dev.sluice.producer.api;

/**
 * A stored file that goes.
 *
 * @param artifact digest of the file
 * @param goesMs when it is removed, unless a job names it or somebody stores it again before; the
 *     brokers' clock
 */
public record ArtifactGoing(String artifact, long goesMs) {}
