package dev.sluice.schemas.wire;

import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a training job is.
 *
 * @param prepared what was prepared
 * @param engine engine fingerprint that every worker of this job must have
 * @param foldVersion version of the fold's arithmetic
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
    TrainingPrepared prepared,
    String engine,
    int foldVersion,
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

  /** A job of which nothing is computed yet. */
  public static TrainingState started(
      TrainingPrepared prepared,
      String engine,
      int foldVersion,
      int shards,
      @Nullable ValidationState validation,
      long nowMs) {
    return new TrainingState(
        prepared,
        engine,
        foldVersion,
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
        prepared,
        engine,
        foldVersion,
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
        prepared,
        engine,
        foldVersion,
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
        prepared,
        engine,
        foldVersion,
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
        prepared,
        engine,
        foldVersion,
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
        prepared,
        engine,
        foldVersion,
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
      return prepared.steps();
    }
    return validation.closed() ? generation : prepared.steps() + 1;
  }

  /** Optimizer steps done: the last generation of a training that is measured is another's copy. */
  public long stepsDone() {
    return validation != null && validation.closed() ? generation - 1 : generation;
  }

  /** Workers computed. */
  public TrainingState withComputed(double ms, @Nullable Modelled more) {
    return new TrainingState(
        prepared,
        engine,
        foldVersion,
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

  /** The same with another object for what was prepared. */
  public TrainingState withPrepared(TrainingPrepared same) {
    return new TrainingState(
        same,
        engine,
        foldVersion,
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
        validation);
  }
}
