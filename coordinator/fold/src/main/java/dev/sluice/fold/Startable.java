package dev.sluice.fold;

import dev.sluice.jobs.network.NetworkShapes;
import dev.sluice.jobs.rules.FoldMemory;
import dev.sluice.jobs.rules.JobLimits;
import dev.sluice.jobs.rules.Names;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.Cosine;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.Linear;
import dev.sluice.schemas.wire.Schedule;
import dev.sluice.schemas.wire.StepDecay;
import dev.sluice.schemas.wire.SumFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whether a plan can be folded. The ledger checks jobs before it writes one, but a record that
 * anyone else wrote must not end the fold of all jobs, now and with every replay.
 */
public final class Startable {

  /** Of the largest network there are 1,024. */
  private static final long BLOCKS_MAX = 1L << 16;

  private Startable() {}

  /** Why a plan can't be folded; null where it can. */
  public static @Nullable Cause objection(String jobId, FoldStarted plan) {
    var what = Names.isJobId(jobId) ? problem(plan) : "A job's id has " + Names.JOB_ID_RULE + ".";
    return what == null
        ? null
        : new Cause(
            Code.INVALID_RECORD,
            Names.shownJobId(jobId),
            "A job's fold can't be started.",
            what,
            "Submit the job to the ledger, which writes the plans of folds.");
  }

  private static @Nullable String problem(FoldStarted plan) {
    if (plan.floats() < 1 || plan.floats() > NetworkShapes.MAX_FLOATS) {
      return String.format(
          Locale.ROOT,
          "Its vector has %d floats; 1 to %d are possible.",
          plan.floats(),
          NetworkShapes.MAX_FLOATS);
    }
    if (plan.parameters() < 0 || plan.parameters() > plan.floats()) {
      return String.format(
          Locale.ROOT, "%d of its %d floats are trained.", plan.parameters(), plan.floats());
    }
    if (plan.blockFloats() < 1
        || Math.ceilDiv(plan.floats(), (long) plan.blockFloats()) > BLOCKS_MAX) {
      return String.format(
          Locale.ROOT,
          "Blocks of %d floats would be too many of %d floats; at most %d are possible.",
          plan.blockFloats(),
          plan.floats(),
          BLOCKS_MAX);
    }
    if (plan.shards() < 1
        || plan.shards() > JobLimits.SHARDS_MAX
        || Integer.bitCount(plan.shards()) != 1) {
      return String.format(
          Locale.ROOT,
          "It has %d shards; a power of two up to %d is possible.",
          plan.shards(),
          JobLimits.SHARDS_MAX);
    }
    var encoding = plan.encoding();
    if (encoding.format() != SumFormat.FP32
        && (encoding.groups() < 1
            || encoding.groups() > plan.shards()
            || Integer.bitCount(encoding.groups()) != 1)) {
      return String.format(
          Locale.ROOT,
          "Sums of %d groups of its %d shards are to be rounded to %s.",
          encoding.groups(),
          plan.shards(),
          encoding.format());
    }
    if (!(plan.clipNorm() >= 0 && plan.clipNorm() <= Double.MAX_VALUE)
        || (plan.clipNorm() > 0 && plan.floats() > plan.blockFloats())) {
      return String.format(
          Locale.ROOT,
          "Gradients of %d values in blocks of %d are to be clipped at a length of %s.",
          plan.floats(),
          plan.blockFloats(),
          plan.clipNorm());
    }
    if (plan.stepsPerEpoch() < 1 || plan.warmupSteps() < 0 || !decays(plan.schedule())) {
      return String.format(
          Locale.ROOT,
          "Its schedule is %s, with %d steps of warm-up and %d steps per epoch.",
          plan.schedule(),
          plan.warmupSteps(),
          plan.stepsPerEpoch());
    }
    var validation = plan.validation();
    var stopping = validation == null ? null : validation.stopping();
    if (validation != null
        && (validation.everySteps() < 1 || (stopping != null && stopping.patience() < 1))) {
      return "Held-out rows are to be looked at by " + validation + ".";
    }
    long bytes =
        FoldMemory.of(plan.optimizer(), plan.shards(), plan.floats(), stopping != null).bytes();
    if (bytes > JobLimits.FOLD_BYTES_MAX) {
      return String.format(
          Locale.ROOT,
          "It would take %d bytes; at most %d are kept for a job.",
          bytes,
          JobLimits.FOLD_BYTES_MAX);
    }
    return null;
  }

  private static boolean decays(Schedule schedule) {
    return switch (schedule) {
      case StepDecay(int everyEpochs, double factor) -> everyEpochs >= 1;
      case Constant constant -> true;
      case Cosine cosine -> true;
      case Linear linear -> true;
    };
  }
}
