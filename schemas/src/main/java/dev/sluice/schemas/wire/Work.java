package dev.sluice.schemas.wire;

/** What a job does. */
public sealed interface Work
    permits TrainingSpec, InferenceSpec, QuantisationSpec, PredictionSpec {}
