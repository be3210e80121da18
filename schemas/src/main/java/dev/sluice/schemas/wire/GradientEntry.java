package dev.sluice.schemas.wire;

/** What {@code sluice.gradients} carries for one job. */
public sealed interface GradientEntry permits FoldStarted, FoldStopped, Attached, Contribution {}
