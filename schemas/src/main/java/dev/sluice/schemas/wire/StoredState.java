package dev.sluice.schemas.wire;

/** What {@code sluice.job-states} holds. */
public sealed interface StoredState
    permits JobState,
        ManifestChunk,
        ValidationCurve,
        ModelEntry,
        ModelVersion,
        ModelPlace,
        Lane,
        LedgerCursor,
        EndedJobs,
        OpenPrediction {}
