package dev.sluice.schemas.wire;

/**
 * The learning rate follows half a cosine from its start to floor times its start (arXiv
 * 1608.03983).
 *
 * @param floor final learning rate as a share of the first, in [0, 1]
 */
public record Cosine(double floor) implements Schedule {}
