package dev.sluice.jobs.state;

import dev.sluice.jobs.rules.JobLimits;
import dev.sluice.schemas.wire.Modelled;
import dev.sluice.schemas.wire.ShardRun;
import dev.sluice.schemas.wire.SumEncoding;
import dev.sluice.schemas.wire.TrainingPlan;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingProgress;
import dev.sluice.schemas.wire.ValidationPoint;
import dev.sluice.schemas.wire.ValidationProgress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a training job is.
 *
 * @param pinned what does not change any more
 * @param round round of terms issued last
 * @param roundEnd end of that round's steps
 * @param paceStep step from which the pace is measured
 * @param paceSinceMs when that step was reached, or its work was begun, where all had waited
 * @param shardSteps first step that each shard has not contributed to, as far as reported
 * @param stepsPerSecond steps per second as last measured, without waits in the lane; 0 before
 * @param generation generation of parameters, as the fold last said
 * @param loss mean loss as the fold last said; NaN before
 * @param samples samples folded, as the fold last said
 * @param startedMs when the first term was issued
 * @param finishedMs when the last generation was known; 0 before
 * @param computeMs time that workers spent computing gradients, in milliseconds
 * @param modelled what the modelled accelerators would have taken; null where none is modelled
 * @param validation what the held-out rows show; null: they are not looked at
 */
public record TrainingState(
    Pinned pinned,
    long round,
    long roundEnd,
    long paceStep,
    long paceSinceMs,
    List<Long> shardSteps,
    double stepsPerSecond,
    long generation,
    double loss,
    long samples,
    long startedMs,
    long finishedMs,
    double computeMs,
    @Nullable Modelled modelled,
    @Nullable ValidationState validation) {
  public TrainingState {
    shardSteps = List.copyOf(shardSteps);
  }

  /**
   * What does not change any more once a worker has prepared the job.
   *
   * @param prepared what was prepared
   * @param engine engine fingerprint that every worker of this job must have
   * @param foldVersion version of the fold's arithmetic
   * @param workersFold whether its workers fold for themselves
   * @param encoding in how many bits sums of gradients travel
   */
  public record Pinned(
      TrainingPrepared prepared,
      String engine,
      int foldVersion,
      boolean workersFold,
      SumEncoding encoding) {}

  /** What was prepared. */
  public TrainingPrepared prepared() {
    return pinned.prepared;
  }

  /** Engine fingerprint that every worker of this job must have. */
  public String engine() {
    return pinned.engine;
  }

  /** A job of which nothing is computed yet. */
  public static TrainingState started(
      Pinned pinned, int shards, @Nullable ValidationState validation, long nowMs) {
    return new TrainingState(
        pinned,
        0,
        0,
        0,
        nowMs,
        Collections.nCopies(shards, 0L),
        0,
        0,
        Double.NaN,
        0,
        nowMs,
        0,
        0,
        null,
        validation);
  }

  /** The next round of terms was issued. */
  public TrainingState withRound(long nextRound, long nextRoundEnd) {
    return new TrainingState(
        pinned,
        nextRound,
        nextRoundEnd,
        paceStep,
        paceSinceMs,
        shardSteps,
        stepsPerSecond,
        generation,
        loss,
        samples,
        startedMs,
        finishedMs,
        computeMs,
        modelled,
        validation);
  }

  /** A step further than any before was reached, or is gone on with. */
  public TrainingState withPace(long step, long nowMs, double pace) {
    return new TrainingState(
        pinned,
        round,
        roundEnd,
        step,
        nowMs,
        shardSteps,
        pace,
        generation,
        loss,
        samples,
        startedMs,
        finishedMs,
        computeMs,
        modelled,
        validation);
  }

  /** Shards came further. */
  public TrainingState withShardSteps(List<Long> steps) {
    return new TrainingState(
        pinned,
        round,
        roundEnd,
        paceStep,
        paceSinceMs,
        steps,
        stepsPerSecond,
        generation,
        loss,
        samples,
        startedMs,
        finishedMs,
        computeMs,
        modelled,
        validation);
  }

  /** The fold came further. */
  public TrainingState withGeneration(
      long newGeneration, double newLoss, long newSamples, long newFinishedMs) {
    return new TrainingState(
        pinned,
        round,
        roundEnd,
        paceStep,
        paceSinceMs,
        shardSteps,
        stepsPerSecond,
        newGeneration,
        newLoss,
        newSamples,
        startedMs,
        newFinishedMs,
        computeMs,
        modelled,
        validation);
  }

  /** Held-out rows were looked at. */
  public TrainingState withValidation(@Nullable ValidationState newValidation) {
    return new TrainingState(
        pinned,
        round,
        roundEnd,
        paceStep,
        paceSinceMs,
        shardSteps,
        stepsPerSecond,
        generation,
        loss,
        samples,
        startedMs,
        finishedMs,
        computeMs,
        modelled,
        newValidation);
  }

  /** The generation with which training ends, as far as is known. */
  public long end() {
    if (validation == null) {
      return prepared().steps();
    }
    return validation.closed() ? generation : prepared().steps() + 1;
  }

  /** Optimizer steps done: the last generation of a training that is measured is another's copy. */
  public long stepsDone() {
    return validation != null && validation.closed() ? generation - 1 : generation;
  }

  /** Workers computed. */
  public TrainingState withComputed(double ms, @Nullable Modelled more) {
    return new TrainingState(
        pinned,
        round,
        roundEnd,
        paceStep,
        paceSinceMs,
        shardSteps,
        stepsPerSecond,
        generation,
        loss,
        samples,
        startedMs,
        finishedMs,
        computeMs + ms,
        Modelled.sum(modelled, more),
        validation);
  }

  /** What follows events. */
  TrainingProgress progress() {
    return new TrainingProgress(
        round,
        roundEnd,
        paceStep,
        paceSinceMs,
        runs(shardSteps),
        stepsPerSecond,
        generation,
        loss,
        samples,
        startedMs,
        finishedMs,
        computeMs,
        modelled,
        validation == null
            ? null
            : new ValidationProgress(validation.bestStep(), validation.keptStep()));
  }

  /** What never changes. */
  TrainingPlan plan() {
    return new TrainingPlan(
        pinned.prepared,
        pinned.engine,
        pinned.foldVersion,
        validation == null ? null : validation.plan(),
        pinned.workersFold,
        pinned.encoding);
  }

  /** Whether a record holds as many shards as a job may have: it may be no ledger's work. */
  static boolean isSound(TrainingProgress progress) {
    return progress.shards().stream().allMatch(run -> run.shards() > 0)
        && progress.shards().stream().mapToLong(ShardRun::shards).sum() <= JobLimits.SHARDS_MAX;
  }

  /** The two together. */
  static TrainingState of(TrainingPlan plan, TrainingProgress t, List<ValidationPoint> points) {
    var measured = plan.validation();
    var led = t.validation();
    return new TrainingState(
        new Pinned(
            plan.prepared(),
            plan.engine(),
            plan.foldVersion(),
            plan.workersFold(),
            plan.encoding()),
        t.round(),
        t.roundEnd(),
        t.paceStep(),
        t.paceSinceMs(),
        t.shards().stream()
            .flatMap(run -> Collections.nCopies(run.shards(), run.step()).stream())
            .toList(),
        t.stepsPerSecond(),
        t.generation(),
        t.loss(),
        t.samples(),
        t.startedMs(),
        t.finishedMs(),
        t.computeMs(),
        t.modelled(),
        measured == null || led == null
            ? null
            : new ValidationState(measured, points, led.bestStep(), led.keptStep()));
  }

  /** Shards come in groups, so there are few of these. */
  private static List<ShardRun> runs(List<Long> steps) {
    var runs = new ArrayList<ShardRun>();
    for (long step : steps) {
      if (!runs.isEmpty() && runs.getLast().step() == step) {
        runs.add(new ShardRun(runs.removeLast().shards() + 1, step));
      } else {
        runs.add(new ShardRun(1, step));
      }
    }
    return runs;
  }
}
