package dev.sluice.schemas.wire;

import org.jspecify.annotations.Nullable;

/**
 * How far an inference job is.
 *
 * @param rows rows to answer; 0 before the data set was read
 * @param rowsPerTask rows per task
 * @param tasks tasks in all
 * @param issued tasks dispatched at least once
 * @param finished tasks reported
 * @param labelled rows with a label that count
 * @param correct of these, right
 * @param squaredError sum of squared errors
 * @param absoluteError sum of absolute errors
 * @param computeMs time in engines, in milliseconds
 * @param startedMs when the first rows were dispatched
 * @param finishedMs when the last rows were answered; 0 before
 * @param modelled what the modelled accelerators would have taken; null where none is modelled
 * @param faults rows without an answer, and labels that are not known
 */
public record InferenceProgress(
    long rows,
    int rowsPerTask,
    int tasks,
    int issued,
    int finished,
    long labelled,
    long correct,
    double squaredError,
    double absoluteError,
    double computeMs,
    long startedMs,
    long finishedMs,
    @Nullable Modelled modelled,
    RowFaults faults) {}
