package dev.sluice.schemas.wire;

/**
 * An inference job is understood.
 *
 * @param dataset the data set
 */
public record InferencePrepared(DatasetFacts dataset) implements Outcome {}
