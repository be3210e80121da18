package dev.sluice.schemas.wire;

/** Something about a job that does not change once it is known. */
public sealed interface JobFact
    permits JobSpec, LaneVerdicts, ResolvedModel, TrainingPlan, MadeModel, Cause {}
