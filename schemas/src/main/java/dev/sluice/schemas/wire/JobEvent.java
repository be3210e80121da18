package dev.sluice.schemas.wire;

/**
 * What {@code sluice.jobs} carries: commands and reports, in the order in which the ledger decides
 * on them.
 */
public sealed interface JobEvent
    permits Submitted,
        CancelRequested,
        AttemptStarted,
        TaskReported,
        TermNearlyDone,
        FoldProgressed,
        FoldFailed,
        DeadlineReached,
        RegisterModel,
        ModelRegistered,
        ResolveModel,
        ModelResolved,
        AliasSet,
        LaneDeclared,
        LaneOpened,
        ShardsLate,
        AttemptLost,
        ReservePlace,
        ReleasePlace,
        DeleteModel {}
