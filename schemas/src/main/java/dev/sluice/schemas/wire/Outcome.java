package dev.sluice.schemas.wire;

/** How a task ended. */
public sealed interface Outcome
    permits TrainingPrepared,
        InferencePrepared,
        TermFinished,
        Exported,
        Inferred,
        TaskFailed,
        Predicted {}
