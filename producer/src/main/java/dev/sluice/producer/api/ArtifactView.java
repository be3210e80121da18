package dev.sluice.producer.api;

/**
 * A stored file.
 *
 * @param artifact its digest
 * @param bytes its size
 */
public record ArtifactView(String artifact, long bytes) {}
