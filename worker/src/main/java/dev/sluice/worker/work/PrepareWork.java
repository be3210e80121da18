package dev.sluice.worker.work;

import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.Work;
import org.jspecify.annotations.Nullable;

/**
 * Read the data set and the network, check them, and say what they are.
 *
 * @param work the job's work
 * @param model the model version; inference only
 */
public record PrepareWork(Work work, @Nullable ModelVersion model) implements TaskWork {}
