package dev.sluice.jobs.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.Adam;
import dev.sluice.schemas.wire.AdamW;
import dev.sluice.schemas.wire.BatchNorm;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.ClassWeights;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.Conv2d;
import dev.sluice.schemas.wire.Cosine;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Dropout;
import dev.sluice.schemas.wire.Epochs;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.schemas.wire.Flatten;
import dev.sluice.schemas.wire.Function;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.Length;
import dev.sluice.schemas.wire.Linear;
import dev.sluice.schemas.wire.LocalSteps;
import dev.sluice.schemas.wire.Network;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.Optimizer;
import dev.sluice.schemas.wire.PlacementWishes;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Rows;
import dev.sluice.schemas.wire.Scaling;
import dev.sluice.schemas.wire.Schedule;
import dev.sluice.schemas.wire.Sgd;
import dev.sluice.schemas.wire.StepDecay;
import dev.sluice.schemas.wire.Steps;
import dev.sluice.schemas.wire.SumEncoding;
import dev.sluice.schemas.wire.SumFormat;
import dev.sluice.schemas.wire.Target;
import dev.sluice.schemas.wire.TorchScript;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.Unplaceable;
import dev.sluice.schemas.wire.Work;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of a job: one sound job of each kind, and what each departure from it is told. */
class JobValidationTest {
  private static final String DIGEST = "sha256:" + "0f".repeat(32);
  private static final LayerStack MLP =
      new LayerStack(
          List.of(),
          List.of(new Dense(16, true), new Activation(Function.RELU), new Dense(3, true)));

  private static DatasetSpec dataset(
      @Nullable String label, double holdout, @Nullable String second, Rows rows, Target target) {
    return new DatasetSpec(
        DIGEST,
        null,
        label,
        List.of(),
        target,
        holdout,
        second,
        7,
        rows,
        Scaling.STANDARD,
        Scaling.STANDARD);
  }

  /** A sound training job whose parts change one at a time. */
  private record Training(
      DatasetSpec dataset,
      Network network,
      Objective objective,
      Optimizer optimizer,
      double learningRate,
      Schedule schedule,
      long warmupSteps,
      int batch,
      int shards,
      Length length,
      @Nullable String register) {
    static Training sound() {
      return new Training(
          JobValidationTest.dataset("y", 0.2, null, Rows.ALL, Target.CLASSIFICATION),
          MLP,
          Objective.CROSS_ENTROPY,
          new Adam(0.9, 0.999, 1e-8, 0),
          0.001,
          new Constant(),
          0,
          64,
          4,
          new Epochs(20),
          "digits");
    }

    Training with(DatasetSpec d) {
      return new Training(
          d,
          network,
          objective,
          optimizer,
          learningRate,
          schedule,
          warmupSteps,
          batch,
          shards,
          length,
          register);
    }

    Training with(Network n) {
      return new Training(
          dataset,
          n,
          objective,
          optimizer,
          learningRate,
          schedule,
          warmupSteps,
          batch,
          shards,
          length,
          register);
    }

    Training with(Objective o) {
      return new Training(
          dataset,
          network,
          o,
          optimizer,
          learningRate,
          schedule,
          warmupSteps,
          batch,
          shards,
          length,
          register);
    }

    Training with(Optimizer o, double rate) {
      return new Training(
          dataset,
          network,
          objective,
          o,
          rate,
          schedule,
          warmupSteps,
          batch,
          shards,
          length,
          register);
    }

    Training with(Schedule s, long warmup) {
      return new Training(
          dataset,
          network,
          objective,
          optimizer,
          learningRate,
          s,
          warmup,
          batch,
          shards,
          length,
          register);
    }

    Training with(int b, int s) {
      return new Training(
          dataset,
          network,
          objective,
          optimizer,
          learningRate,
          schedule,
          warmupSteps,
          b,
          s,
          length,
          register);
    }

    Training with(Length l) {
      return new Training(
          dataset,
          network,
          objective,
          optimizer,
          learningRate,
          schedule,
          warmupSteps,
          batch,
          shards,
          l,
          register);
    }

    Training registered(String name) {
      return new Training(
          dataset,
          network,
          objective,
          optimizer,
          learningRate,
          schedule,
          warmupSteps,
          batch,
          shards,
          length,
          name);
    }

    List<Cause> problems() {
      return encoded(SumEncoding.NONE);
    }

    List<Cause> encoded(SumEncoding encoding) {
      return exchanged(encoding, null);
    }

    List<Cause> exchanged(SumEncoding encoding, @Nullable LocalSteps localSteps) {
      return exchanged(encoding, localSteps, 0);
    }

    List<Cause> exchanged(SumEncoding encoding, @Nullable LocalSteps localSteps, double clipNorm) {
      return check(
          new TrainingSpec(
              dataset,
              network,
              objective,
              optimizer,
              learningRate,
              schedule,
              warmupSteps,
              batch,
              shards,
              length,
              1,
              register,
              ClassWeights.NONE,
              null,
              encoding,
              localSteps,
              clipNorm));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "FP32, 2, encoding.fp32.groups, CONTRADICTION, 32-bit",
    "BF16, -1, encoding.bf16.groups, OUT_OF_RANGE, at least 1",
    "BF16, 2000, encoding.bf16.groups, OUT_OF_RANGE, at most 1024",
    "INT8, 3, encoding.int8.groups, OUT_OF_RANGE, power of two",
    "INT8, 8, encoding.int8.groups, CONTRADICTION, one shard or more",
  })
  void groupsOfShardsWhoseSumsCantBeRounded(
      SumFormat format, int groups, String where, Code code, String why) {
    var problem = only(sound().with(32, 4).encoded(new SumEncoding(format, groups)));
    assertThat(problem.where()).isEqualTo(where);
    assertThat(problem.code()).isEqualTo(code);
    assertThat(problem.why()).contains(why);
  }

  @ParameterizedTest
  @CsvSource({"FP32, 0", "BF16, 0", "BF16, 1", "INT8, 4"})
  void groupsOfShardsWhoseSumsCanBeRounded(SumFormat format, int groups) {
    assertThat(sound().with(32, 4).encoded(new SumEncoding(format, groups))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.7, 0.9, true, localSteps.steps, OUT_OF_RANGE",
    "70000, 0.7, 0.9, true, localSteps.steps, OUT_OF_RANGE",
    "5, 0, 0.9, true, localSteps.learningRate, OUT_OF_RANGE",
    "5, 0.7, 1, true, localSteps.momentum, OUT_OF_RANGE",
    "5, 0.7, 0, true, localSteps.nesterov, CONTRADICTION",
  })
  void stepsThatReplicasCantMake(
      int steps, double rate, double momentum, boolean nesterov, String where, Code code) {
    var local = new LocalSteps(steps, rate, momentum, nesterov);
    var problem = only(sound().exchanged(SumEncoding.NONE, local));
    assertThat(problem.where()).isEqualTo(where);
    assertThat(problem.code()).isEqualTo(code);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
  void lengthsAtWhichNoGradientIsClipped(double clipNorm) {
    var problem = only(sound().exchanged(SumEncoding.NONE, null, clipNorm));
    assertThat(problem.where()).isEqualTo("clipNorm");
    assertThat(problem.code()).isEqualTo(Code.OUT_OF_RANGE);
    assertThat(sound().exchanged(SumEncoding.NONE, null, 0.5)).isEmpty();
  }

  @Test
  void replicasHaveNoStatisticsOfTheirOwn() {
    var local = new LocalSteps(5, 0.7, 0.9, true);
    assertThat(sound().exchanged(new SumEncoding(SumFormat.INT8, 0), local)).isEmpty();
    var normalised =
        sound()
            .with(
                new LayerStack(
                    List.of(),
                    List.of(new Dense(8, true), new BatchNorm(0.1, 1e-5), new Dense(3, true))));
    var problem = only(normalised.exchanged(SumEncoding.NONE, local));
    assertThat(problem.where()).isEqualTo("localSteps");
    assertThat(problem.what()).contains("batch-norm");
  }

  private static Training sound() {
    return Training.sound();
  }

  private static List<Cause> check(Work work) {
    return JobValidation.check(job("default", "digits", List.of(), work));
  }

  private static JobSpec job(String tenant, String name, List<String> lanes, Work work) {
    return new JobSpec(
        tenant, name, Priority.NORMAL, lanes, Unplaceable.REFUSE, work, PlacementWishes.NONE);
  }

  private static InferenceSpec inference(DatasetSpec dataset, String... columns) {
    return new InferenceSpec("digits", "latest", dataset, 256, List.of(columns));
  }

  private static final DatasetSpec ANY_ROWS =
      dataset("y", 0, null, Rows.ALL, Target.CLASSIFICATION);

  private static Cause only(List<Cause> problems) {
    assertThat(problems).hasSize(1);
    assertThat(problems.getFirst().fault()).isEqualTo(Fault.BAD_INPUT);
    assertThat(problems.getFirst().mend()).isNotBlank();
    return problems.getFirst();
  }

  private static void assertOnly(List<Cause> problems, String where, String what) {
    assertThat(only(problems).where()).isEqualTo(where);
    assertThat(only(problems).what()).contains(what);
  }

  @Test
  void soundJobsHaveNoProblems() {
    assertThat(sound().problems()).isEmpty();
    assertThat(check(inference(ANY_ROWS, "row", "prediction", "label", "probabilities"))).isEmpty();
    assertThat(check(inference(dataset(null, 0.2, null, Rows.HOLDOUT, Target.CLASSIFICATION))))
        .isEmpty();
  }

  @Test
  void namesKeepTheirRules() {
    Work work = inference(ANY_ROWS);
    assertOnly(JobValidation.check(job("a/b", "", List.of(), work)), "tenant", "'a/b'");
    assertOnly(JobValidation.check(job("a", "x\ny", List.of(), work)), "name", "control");
    assertOnly(JobValidation.check(job("a", "", List.of("cpu", "GPU"), work)), "lanes[1]", "'GPU'");
    assertOnly(JobValidation.check(job("a", "", List.of("cpu", "cpu"), work)), "lanes[1]", "twice");
    assertOnly(
        JobValidation.check(job("a", "", Collections.nCopies(65, "cpu"), work)), "lanes", "65");
    assertOnly(sound().registered("my model").problems(), "register", "'my model'");
  }

  @Test
  void shardsAreAPowerOfTwoAndNoMoreThanTheBatch() {
    assertThat(only(sound().with(64, 6).problems()).mend()).isEqualTo("Set shards to 4 or 8.");
    assertThat(only(sound().with(5, 8).problems()).mend())
        .isEqualTo("Set shards to 4 or fewer, or a larger batch.");
    assertOnly(sound().with(64, 0).problems(), "shards", "shards is 0");
    assertOnly(sound().with(1 << 20, 2048).problems(), "shards", "shards is 2048");
    assertOnly(sound().with(64, -4).problems(), "shards", "shards is -4");
    assertThat(sound().with(1, 1).problems()).isEmpty();
  }

  @Test
  void numbersKeepTheirRangesAndNotANumberKeepsNone() {
    assertOnly(sound().with(0, 1).problems(), "batch", "batch is 0");
    for (double rate : new double[] {0, -0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertOnly(
          sound().with(new Adam(0.9, 0.999, 1e-8, 0), rate).problems(),
          "optimizer.adam.learningRate",
          "learningRate is");
    }
    assertOnly(
        sound().with(new AdamW(1, 0.999, 1e-8, 0), 0.1).problems(), "optimizer.adamw.beta1", "1");
    assertOnly(
        sound().with(new AdamW(0.9, Double.NaN, 1e-8, 0), 0.1).problems(),
        "optimizer.adamw.beta2",
        "NaN");
    assertOnly(
        sound().with(new Adam(0.9, 0.9, 0, 0), 0.1).problems(), "optimizer.adam.epsilon", "0");
    assertOnly(
        sound().with(new Adam(0.9, 0.9, 1e-8, -1), 0.1).problems(),
        "optimizer.adam.weightDecay",
        "-1");
    assertOnly(
        sound().with(new Sgd(1.5, false, 0), 0.1).problems(), "optimizer.sgd.momentum", "1.5");
    assertOnly(
        sound().with(new Sgd(0, true, 0), 0.1).problems(), "optimizer.sgd.nesterov", "without");
  }

  @Test
  void schedulesKeepTheirRanges() {
    assertOnly(sound().with(new StepDecay(0, 0.1), 0).problems(), "schedule.step.everyEpochs", "0");
    assertOnly(sound().with(new StepDecay(5, 0), 0).problems(), "schedule.step.factor", "0");
    assertOnly(sound().with(new Cosine(1.1), 0).problems(), "schedule.cosine.floor", "1.1");
    assertOnly(sound().with(new Linear(Double.NaN), 0).problems(), "schedule.linear.floor", "NaN");
    assertOnly(sound().with(new Cosine(0), -1).problems(), "schedule.warmupSteps", "-1");
    assertOnly(
        sound().with(new Cosine(0), 11).with(new Steps(10)).problems(),
        "schedule.warmupSteps",
        "takes 11 steps, the whole training 10");
    assertThat(sound().with(new StepDecay(5, 1), 10).with(new Steps(10)).problems()).isEmpty();
  }

  @Test
  void trainingEnds() {
    assertOnly(sound().with(new Epochs(0)).problems(), "epochs", "epochs is 0");
    assertOnly(sound().with(new Steps(-1)).problems(), "steps", "steps is -1");
    assertOnly(sound().with(new Steps(Long.MAX_VALUE)).problems(), "steps", "steps is");
  }

  @Test
  void trainingNeedsALabel() {
    assertOnly(
        sound().with(dataset(null, 0.2, null, Rows.ALL, Target.CLASSIFICATION)).problems(),
        "dataset.label",
        "No label");
  }

  @Test
  void theDataSetKeepsItsRules() {
    for (double holdout : new double[] {-0.1, 1, Double.NaN}) {
      assertOnly(
          sound().with(dataset("y", holdout, null, Rows.ALL, Target.CLASSIFICATION)).problems(),
          "dataset.holdout",
          "holdout is");
    }
    assertOnly(
        sound().with(dataset("y", 0, "test.csv", Rows.ALL, Target.CLASSIFICATION)).problems(),
        "dataset.holdout.artifact",
        "'test.csv' is not the digest");
    assertOnly(
        sound().with(dataset(" ", 0, null, Rows.ALL, Target.CLASSIFICATION)).problems(),
        "dataset.label",
        "blank");
    List<Cause> problems = sound().with(features("a", "", "a", "y")).problems();
    assertThat(problems)
        .extracting(Cause::where)
        .containsExactly("dataset.features[1]", "dataset.features[2]", "dataset.features[3]");
    assertOnly(
        sound().with(features(Collections.nCopies(20_000, "a").toArray(new String[0]))).problems(),
        "dataset.features",
        "20000 feature columns");
  }

  private static DatasetSpec features(String... names) {
    return new DatasetSpec(
        DIGEST,
        null,
        "y",
        List.of(names),
        Target.CLASSIFICATION,
        0,
        null,
        0,
        Rows.ALL,
        Scaling.NONE,
        Scaling.NONE);
  }

  @Test
  void theNetworkIsCheckedWithoutTheDataWhereverThatIsPossible() {
    assertThat(sound().with(new LayerStack(List.of(), List.of())).problems()).isNotEmpty();
    LayerStack bad =
        new LayerStack(List.of(), List.of(new Dense(0, true), new Dropout(1), new Dense(3, true)));
    assertThat(sound().with(bad).problems())
        .extracting(Cause::where)
        .containsExactly("model.layers[0]", "model.layers[1]");
    LayerStack image =
        new LayerStack(
            List.of(1, 8, 8),
            List.of(new Conv2d(4, 9, 1, 0, true), new Flatten(), new Dense(3, true)));
    assertThat(only(sound().with(image).problems()).where()).isEqualTo("model.layers[0]");
  }

  @Test
  void anInputShapeMustFitTheFeaturesThatAreNamed() {
    LayerStack image = new LayerStack(List.of(1, 2, 2), List.of(new Flatten(), new Dense(3, true)));
    assertThat(sound().with(image).with(features("a", "b", "c", "d")).problems()).isEmpty();
    assertOnly(
        sound().with(image).with(features("a", "b", "c")).problems(), "model.input", "4 values");
  }

  @Test
  void theObjectiveFitsTheLabelsAndTheOutputs() {
    assertThat(only(sound().with(Objective.HUBER).problems()).where()).isEqualTo("objective");
    assertThat(only(sound().with(Objective.BINARY_CROSS_ENTROPY).problems()).where())
        .isEqualTo("model");
    DatasetSpec prices = dataset("y", 0, null, Rows.ALL, Target.REGRESSION);
    assertThat(only(sound().with(prices).problems()).where()).isEqualTo("objective");
    assertThat(only(sound().with(prices).with(Objective.HUBER).problems()).where())
        .isEqualTo("model");
  }

  @Test
  void aTorchScriptFileIsAnArtifactAndItsObjectiveFitsTheLabels() {
    assertThat(sound().with(new TorchScript(DIGEST, List.of(1, 8, 8))).problems()).isEmpty();
    assertOnly(
        sound().with(new TorchScript("model.pt", List.of())).problems(),
        "model.artifact",
        "'model.pt' is not the digest");
    assertOnly(
        sound().with(new TorchScript(DIGEST, List.of(1, 0))).problems(), "model.input[1]", "is 0");
    assertThat(
            only(sound()
                    .with(new TorchScript(DIGEST, List.of()))
                    .with(Objective.MEAN_SQUARED_ERROR)
                    .problems())
                .where())
        .isEqualTo("objective");
  }

  @Test
  void inferenceNamesAModelVersion() {
    for (String version : new String[] {"", "0", "01", "Prod", "1 "}) {
      assertOnly(
          check(new InferenceSpec("digits", version, ANY_ROWS, 1, List.of())),
          "model",
          "cannot be a version");
    }
    assertOnly(
        check(new InferenceSpec("", "1", ANY_ROWS, 1, List.of())), "model", "cannot be a model's");
  }

  @Test
  void outputColumnsAreKnownAndDifferent() {
    Cause typo = only(check(inference(ANY_ROWS, "row", "predictions")));
    assertThat(typo.where()).isEqualTo("columns[1]");
    assertThat(typo.mend()).startsWith("Did you mean 'prediction'?");
    assertOnly(check(inference(ANY_ROWS, "row", "row")), "columns[1]", "twice");
    assertOnly(
        check(inference(dataset(null, 0, null, Rows.ALL, Target.CLASSIFICATION), "label")),
        "columns[0]",
        "names no label column");
  }

  @Test
  void heldOutRowsAreAskedForOnlyWhereThereAreAny() {
    assertOnly(
        check(inference(dataset("y", 0, null, Rows.HOLDOUT, Target.CLASSIFICATION))),
        "dataset.rows",
        "none are held out");
    assertOnly(
        check(inference(dataset("y", 0, DIGEST, Rows.ALL, Target.CLASSIFICATION))),
        "dataset.holdout",
        "not asked for");
    assertThat(check(inference(dataset("y", 0, DIGEST, Rows.HOLDOUT, Target.CLASSIFICATION))))
        .isEmpty();
  }

  @Test
  void aRecordThatIsWrongEverywhereIsToldEverythingWithinTheBound() {
    List<String> columns = Collections.nCopies(1_000, "nonsense");
    List<Cause> problems = check(new InferenceSpec("?", "?", ANY_ROWS, -1, columns));
    assertThat(problems).hasSizeLessThanOrEqualTo(Problems.SHOWN_MAX);
    assertThat(problems).anyMatch(problem -> problem.what().contains("of 1000 alike"));
  }
}
