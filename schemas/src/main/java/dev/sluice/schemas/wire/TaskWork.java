package dev.sluice.schemas.wire;

/** What a worker is to do. */
public sealed interface TaskWork
    permits PrepareWork, TermWork, ExportWork, InferWork, QuantiseWork {}
