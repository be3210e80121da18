package dev.sluice.jobs.state;

import dev.sluice.schemas.wire.InferenceProgress;
import dev.sluice.schemas.wire.Inferred;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.Modelled;
import dev.sluice.schemas.wire.RowFaults;
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
    RowFaults faults) {

  /** A job whose model was resolved and whose rows are not known yet. */
  public static InferenceState of(ModelVersion model) {
    return new InferenceState(model, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, null, RowFaults.NONE);
  }

  /** Rows were counted and cut into tasks. */
  public InferenceState withTasks(long allRows, int perTask, int taskCount, long nowMs) {
    return new InferenceState(
        model, allRows, perTask, taskCount, 0, 0, 0, 0, 0, 0, 0, nowMs, 0, modelled, faults);
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
        faults);
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
        faults.plus(report.faults()));
  }

  /** What follows events. */
  InferenceProgress progress() {
    return new InferenceProgress(
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
        faults);
  }

  /** That and the model together. */
  static InferenceState of(ModelVersion model, InferenceProgress p) {
    return new InferenceState(
        model,
        p.rows(),
        p.rowsPerTask(),
        p.tasks(),
        p.issued(),
        p.finished(),
        p.labelled(),
        p.correct(),
        p.squaredError(),
        p.absoluteError(),
        p.computeMs(),
        p.startedMs(),
        p.finishedMs(),
        p.modelled(),
        p.faults());
  }
}
