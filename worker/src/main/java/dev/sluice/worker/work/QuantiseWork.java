package dev.sluice.worker.work;

import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.QuantisationSpec;

/**
 * Make a version of a model in another number format, measure both and store the new one's files.
 *
 * @param spec the job's work
 * @param model the version to start from
 */
public record QuantiseWork(QuantisationSpec spec, ModelVersion model) implements TaskWork {}
