package dev.sluice.worker.work;

import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.ModelVersion;

/**
 * Answer some rows.
 *
 * @param spec the job's work
 * @param model the model version
 * @param rowFrom first row, counted within the job's rows
 * @param rowTo end of rows, exclusive
 */
public record InferWork(InferenceSpec spec, ModelVersion model, long rowFrom, long rowTo)
    implements TaskWork {}
