package dev.sluice.worker.work;

import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingSpec;

/**
 * Read the final parameters, measure them on the held-out rows and store the model's files.
 *
 * @param spec the job's work
 * @param prepared what was prepared
 * @param generation generation to export
 */
public record ExportWork(TrainingSpec spec, TrainingPrepared prepared, long generation)
    implements TaskWork {}
