package dev.sluice.schemas.wire;

/**
 * How far an inference job is.
 *
 * @param model the model version that was resolved
 * @param rows rows to answer; 0 before the data set was read
 * @param rowsPerTask rows per task
 * @param tasks tasks in all
 * @param issued tasks dispatched at least once
 * @param finished tasks reported
 * @param labelled rows with a known label
 * @param correct of these, right
 * @param squaredError sum of squared errors
 * @param absoluteError sum of absolute errors
 * @param computeMs time in engines, in milliseconds
 * @param startedMs when the first rows were dispatched
 * @param finishedMs when the last rows were answered; 0 before
 */
public record InferenceState(
    ModelVersion model,
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
    long finishedMs) {}
