package dev.sluice.schemas.wire;

import org.jspecify.annotations.Nullable;

/**
 * Read the data set and the network, check them, and say what they are.
 *
 * @param work the job's work
 * @param model the model version; inference only
 */
public record PrepareWork(Work work, @Nullable ModelVersion model) implements TaskWork {}
