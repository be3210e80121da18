package dev.sluice.deploy.simulation;

import dev.sluice.fold.Rounding;
import dev.sluice.schemas.wire.AdamW;
import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.ClassWeights;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Cosine;
import dev.sluice.schemas.wire.DatasetFacts;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.EarlyStopping;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.NumberColumn;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.PlacementWishes;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.Rows;
import dev.sluice.schemas.wire.Scaling;
import dev.sluice.schemas.wire.Steps;
import dev.sluice.schemas.wire.SumEncoding;
import dev.sluice.schemas.wire.SumFormat;
import dev.sluice.schemas.wire.Target;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.Unplaceable;
import dev.sluice.schemas.wire.Work;
import dev.sluice.worker.training.BlockSums;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The jobs of a simulated run. */
final class SimulatedJobs {

  static final int ROWS = 96;
  static final int SHARDS_A = 4;
  static final int SHARDS_B = 2;

  /** Of train-a and train-b; in the one two shards are a group, in the other each is one. */
  private static final int ENCODED_GROUPS = 2;

  static final int INPUTS = 4;
  static final List<String> CLASSES = List.of("a", "b", "c");

  private static final String ARTIFACT = "sha256:" + "0".repeat(64);
  private static final int STEPS_PER_EPOCH = 4;

  private SimulatedJobs() {}

  static JobSpec training(
      Priority priority, long steps, int shards, long seed, @Nullable String register) {
    return training(priority, steps, shards, seed, register, null, SumEncoding.NONE);
  }

  static JobSpec training(
      Priority priority,
      long steps,
      int shards,
      long seed,
      @Nullable String register,
      @Nullable EarlyStopping stopping,
      SumEncoding encoding) {
    return job(
        priority,
        new TrainingSpec(
            dataset(0.2),
            new LayerStack(List.of(4), List.of(new Dense(3, true))),
            Objective.CROSS_ENTROPY,
            new AdamW(0.9, 0.999, 1e-8, 0.01),
            0.01,
            new Cosine(0.1),
            2,
            16,
            shards,
            new Steps(steps),
            seed,
            register,
            ClassWeights.NONE,
            stopping,
            encoding,
            null));
  }

  /** In how many bits the sums of a job travel: those of train-a and train-b in the run's. */
  static SumEncoding encoding(String jobId, SumFormat format) {
    boolean rounded = format != SumFormat.FP32 && jobId.startsWith("train-");
    return rounded ? new SumEncoding(format, ENCODED_GROUPS) : SumEncoding.NONE;
  }

  static Rounding rounding(String jobId, SumFormat format) {
    return Rounding.of(encoding(jobId, format), jobId.equals("train-a") ? SHARDS_A : SHARDS_B);
  }

  /** Sums of a job, as they are cut here. */
  static BlockSums sums(Rounding rounding) {
    return new BlockSums(World.VECTOR, facts().parameters(), rounding);
  }

  static JobSpec inference(String model) {
    return job(Priority.LOW, new InferenceSpec(model, "latest", dataset(0), 4, List.of()));
  }

  static JobSpec quantisation(String model) {
    return job(
        Priority.NORMAL, new QuantisationSpec(model, "latest", "int8", dataset(0.2), 100, null));
  }

  /** One that has its rows itself: as many as its number, with that number first. */
  static JobSpec prediction(String jobId, String model) {
    int number = number(jobId);
    var row = "[" + number + ", 0, 0, 0]";
    var rows = "[" + String.join(", ", Collections.nCopies(number, row)) + "]";
    return job(
        List.of(Priority.HIGH, Priority.NORMAL, Priority.LOW).get(number % 3),
        new PredictionSpec(
            model, "latest", ByteBuffer.wrap(rows.getBytes(StandardCharsets.UTF_8)), List.of()));
  }

  private static int number(String jobId) {
    return Integer.parseInt(jobId.substring(jobId.indexOf('-') + 1));
  }

  /** What such a job is to be answered. */
  static List<String> answers(String jobId) {
    int number = number(jobId);
    return Collections.nCopies(number, SimulatedRows.answer(number));
  }

  /** Its model may be deleted; and where workers die all the time, its task may be given up. */
  static boolean mayFailWith(Code code) {
    return code == Code.NO_SUCH_MODEL || code == Code.WORKERS_ENDED;
  }

  private static JobSpec job(Priority priority, Work work) {
    return new JobSpec(
        "default", "simulated", priority, List.of(), Unplaceable.HOLD, work, PlacementWishes.NONE);
  }

  static TrainingPrepared prepared(long steps) {
    var rows = new DatasetFacts(ARTIFACT, 64, 16, 64);
    return new TrainingPrepared(rows, facts(), STEPS_PER_EPOCH, steps);
  }

  static DatasetFacts rows(long rows) {
    return new DatasetFacts(ARTIFACT, rows, 0, rows);
  }

  static ModelVersion model(String name, String jobId) {
    return new ModelVersion(
        name,
        0,
        jobId,
        ARTIFACT,
        facts(),
        List.of(),
        List.of(),
        ARTIFACT,
        0,
        World.ENGINE,
        0,
        "fp32",
        "");
  }

  private static DatasetSpec dataset(double holdout) {
    return new DatasetSpec(
        ARTIFACT,
        null,
        "4",
        List.of(),
        Target.CLASSIFICATION,
        holdout,
        null,
        1,
        Rows.ALL,
        Scaling.STANDARD,
        Scaling.STANDARD);
  }

  private static NetworkFacts facts() {
    var none = new Affine(List.of(), List.of());
    var asItIs = new Affine(Collections.nCopies(INPUTS, 0.0), Collections.nCopies(INPUTS, 1.0));
    return new NetworkFacts(
        new LayerStack(List.of(4), List.of(new Dense(3, true))),
        List.of(4),
        3,
        Objective.CROSS_ENTROPY,
        CLASSES,
        List.of("f0", "f1", "f2", "f3"),
        asItIs,
        none,
        List.of(),
        World.FLOATS - 3,
        World.FLOATS,
        List.of(),
        Collections.nCopies(INPUTS, new NumberColumn(null)));
  }
}
