package dev.sluice.worker.work;

/** What a worker is to do, with what it is to do it with: a task and the facts of its job. */
public sealed interface TaskWork
    permits PrepareWork, TermWork, ExportWork, InferWork, QuantiseWork {}
