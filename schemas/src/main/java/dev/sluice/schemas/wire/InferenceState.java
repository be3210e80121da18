package dev.sluice.schemas.wire;

import org.jspecify.annotations.Nullable;

/**
 * How far an inference job is.
 *
 * @param model the model version that was resolved
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
 * @param measured further sums over the labelled rows
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
    long finishedMs,
    @Nullable Modelled modelled,
    RowFaults faults,
    Measured measured) {

  /** A job whose model was resolved and whose rows are not known yet. */
  public static InferenceState of(ModelVersion model) {
    return new InferenceState(
        model, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, null, RowFaults.NONE, Measured.NOTHING);
  }

  /** Rows were counted and cut into tasks. */
  public InferenceState withTasks(long allRows, int perTask, int taskCount, long nowMs) {
    return new InferenceState(
        model, allRows, perTask, taskCount, 0, 0, 0, 0, 0, 0, 0, nowMs, 0, modelled, faults,
        measured);
  }

  /** Tasks were dispatched. */
  public InferenceState withIssued(int count) {
    return new InferenceState(
        model,
        rows,
        rowsPerTask,
        tasks,
        count,
        finished,
        labelled,
        correct,
        squaredError,
        absoluteError,
        computeMs,
        startedMs,
        finishedMs,
        modelled,
        faults,
        measured);
  }

  /** One more task was reported. */
  public InferenceState withAnswers(Inferred report, long nowMs) {
    boolean done = finished + 1 == tasks;
    return new InferenceState(
        model,
        rows,
        rowsPerTask,
        tasks,
        issued,
        finished + 1,
        labelled + report.labelled(),
        correct + report.correct(),
        squaredError + report.squaredError(),
        absoluteError + report.absoluteError(),
        computeMs + report.computeMs(),
        startedMs,
        done ? nowMs : 0,
        Modelled.sum(modelled, report.modelled()),
        faults.plus(report.faults()),
        measured.plus(report.measured()));
  }

  /** The same with another object for the model. */
  public InferenceState withModel(ModelVersion same) {
    return new InferenceState(
        same,
        rows,
        rowsPerTask,
        tasks,
        issued,
        finished,
        labelled,
        correct,
        squaredError,
        absoluteError,
        computeMs,
        startedMs,
        finishedMs,
        modelled,
        faults,
        measured);
  }
}
