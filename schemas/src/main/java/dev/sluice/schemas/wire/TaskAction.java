package dev.sluice.schemas.wire;

/** What a worker is to do; what it is to do it with are facts of the job. */
public sealed interface TaskAction permits Prepare, Term, Export, Infer, Quantise, Predict {}
