package dev.sluice.worker.tasks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.Adam;
import dev.sluice.schemas.wire.BatchNorm;
import dev.sluice.schemas.wire.CategoryColumn;
import dev.sluice.schemas.wire.ClassWeights;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.CsvOptions;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Epochs;
import dev.sluice.schemas.wire.Function;
import dev.sluice.schemas.wire.Infer;
import dev.sluice.schemas.wire.InferencePrepared;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.Inferred;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.LocalSteps;
import dev.sluice.schemas.wire.Metric;
import dev.sluice.schemas.wire.Missing;
import dev.sluice.schemas.wire.ModelFile;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.ResultBatch;
import dev.sluice.schemas.wire.ResultRange;
import dev.sluice.schemas.wire.RowFaults;
import dev.sluice.schemas.wire.Rows;
import dev.sluice.schemas.wire.Scaling;
import dev.sluice.schemas.wire.Target;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.worker.accelerator.HostProcessor;
import dev.sluice.worker.engine.OnnxEngine;
import dev.sluice.worker.engine.TorchEngine;
import dev.sluice.worker.engine.TrainingProgram;
import dev.sluice.worker.work.ExportWork;
import dev.sluice.worker.work.InferWork;
import dev.sluice.worker.work.PrepareWork;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The single tasks of a job one after the other, with the real engines and files in memory. */
class JobOnOneWorkerTest {

  private static final TorchEngine TRAINING = new TorchEngine();
  private static final OnnxEngine INFERENCE = new OnnxEngine();
  private static final long CACHE_BYTES = 1 << 20;
  private static final int ROWS = 200;

  private final MemoryFiles files = new MemoryFiles();
  private @Nullable Inferred lastInferred;
  private int batch = 64;
  private final Datasets datasets = new Datasets(files, CACHE_BYTES);
  private final List<dev.sluice.worker.trial.NativeFile> tried = new ArrayList<>();
  private final PrepareTask prepare = new PrepareTask(datasets, files, TRAINING);
  private final ExportTask export =
      new ExportTask(datasets, files, TRAINING, INFERENCE, "the engine");

  /** Rows of a plane: y = 2 a - b + 5, with labels as numbers or as the sign of y - 5. */
  private DatasetSpec plane(Target target) {
    var random = new Random(5);
    var text = new StringBuilder("a,b,y\n");
    for (int row = 0; row < ROWS; row++) {
      double a = random.nextGaussian() * 3;
      double b = random.nextGaussian();
      double y = 2 * a - b + 5;
      text.append(a).append(',').append(b).append(',');
      text.append(target == Target.REGRESSION ? y : y > 5 ? "up" : "down").append('\n');
    }
    return new DatasetSpec(
        files.put(text.toString().getBytes(StandardCharsets.UTF_8)),
        null,
        "y",
        List.of(),
        target,
        0.25,
        null,
        1,
        Rows.ALL,
        Scaling.STANDARD,
        Scaling.STANDARD);
  }

  private static TrainingSpec training(
      DatasetSpec dataset, Objective objective, LayerStack network) {
    return new TrainingSpec(
        dataset,
        network,
        objective,
        new Adam(0.9, 0.999, 1e-8, 0),
        0.01,
        new Constant(),
        0,
        32,
        4,
        new Epochs(2),
        9,
        "plane");
  }

  private static LayerStack linear(int outputs) {
    return new LayerStack(List.of(), List.of(new Dense(outputs, true)));
  }

  private TrainingPrepared prepared(TrainingSpec spec) throws Exception {
    return (TrainingPrepared) prepare.run(new PrepareWork(spec, null));
  }

  private static MemorySegment initial(TrainingPrepared prepared, long seed, Arena arena)
      throws Exception {
    var flat =
        arena.allocate(prepared.network().floats() * Float.BYTES, TrainingProgram.ALIGNMENT_BYTES);
    try (var program = TRAINING.open(prepared.network(), null)) {
      program.initialise(seed, flat);
    }
    return flat;
  }

  @Test
  void preparingFindsOutWhatAJobIs() throws Exception {
    var prepared =
        prepared(training(plane(Target.CLASSIFICATION), Objective.CROSS_ENTROPY, linear(2)));
    assertThat(prepared.dataset().rows()).isEqualTo(150);
    assertThat(prepared.dataset().holdoutRows()).isEqualTo(50);
    assertThat(prepared.dataset().labelled()).isEqualTo(150);
    assertThat(prepared.network().classes()).containsExactly("down", "up");
    assertThat(prepared.network().features()).containsExactly("a", "b");
    assertThat(prepared.network().input()).containsExactly(2);
    assertThat(prepared.network().floats()).isEqualTo(6);
    assertThat(prepared.stepsPerEpoch()).isEqualTo(5);
    assertThat(prepared.steps()).isEqualTo(10);
  }

  /** 150 rows in batches of 32: 5 steps an epoch, of which replicas make 3 and 2 by themselves. */
  @Test
  void stepsOfAJobWithReplicasAreTheirExchanges() throws Exception {
    var prepared = prepared(withReplicas(linear(2), 3));
    assertThat(prepared.stepsPerEpoch()).isEqualTo(2);
    assertThat(prepared.steps()).isEqualTo(4);
  }

  @Test
  void replicasCantMakeMoreStepsThanAnEpochHasNorHaveStatistics() {
    assertThatThrownBy(() -> prepared(withReplicas(linear(2), 6)))
        .isInstanceOfSatisfying(
            TaskProblem.class,
            problem -> {
              var cause = problem.outcome().cause();
              assertThat(cause.code()).isEqualTo(Code.OUT_OF_RANGE);
              assertThat(cause.mend()).contains("5 or less");
            });
    var normalised =
        new LayerStack(
            List.of(), List.of(new Dense(4, true), new BatchNorm(0.1, 1e-5), new Dense(2, true)));
    assertThatThrownBy(() -> prepared(withReplicas(normalised, 2)))
        .isInstanceOfSatisfying(
            TaskProblem.class,
            problem -> {
              var cause = problem.outcome().cause();
              assertThat(cause.code()).isEqualTo(Code.CONTRADICTION);
              assertThat(cause.why()).contains("8 values that are not trained");
            });
  }

  private TrainingSpec withReplicas(LayerStack network, int steps) {
    var plain = training(plane(Target.CLASSIFICATION), Objective.CROSS_ENTROPY, network);
    return new TrainingSpec(
        plain.dataset(),
        plain.network(),
        plain.objective(),
        plain.optimizer(),
        plain.learningRate(),
        plain.schedule(),
        plain.warmupSteps(),
        plain.batch(),
        plain.shards(),
        plain.length(),
        plain.seed(),
        plain.register(),
        plain.classWeights(),
        plain.earlyStopping(),
        plain.encoding(),
        new LocalSteps(steps, 0.7, 0.9, true));
  }

  @Test
  void aNetworkWithTheWrongNumberOfOutputsIsBadInput() {
    var spec = training(plane(Target.CLASSIFICATION), Objective.CROSS_ENTROPY, linear(3));
    assertThatThrownBy(() -> prepared(spec))
        .isInstanceOfSatisfying(
            TaskProblem.class,
            problem -> {
              assertThat(problem.outcome().cause().code()).isEqualTo(Code.OUTPUT_MISMATCH);
              assertThat(problem.outcome().retryable()).isFalse();
            });
  }

  @Test
  void aNetworkForAnotherNumberOfColumnsIsBadInput() {
    var network = new LayerStack(List.of(3), List.of(new Dense(2, true)));
    var spec = training(plane(Target.CLASSIFICATION), Objective.CROSS_ENTROPY, network);
    assertThatThrownBy(() -> prepared(spec))
        .isInstanceOfSatisfying(
            TaskProblem.class,
            problem -> assertThat(problem.outcome().cause().where()).isEqualTo("network.input"));
  }

  @Test
  void aNetworkThatNoCoordinatorCouldHoldIsRefusedWithTheNumbers() {
    var network =
        new LayerStack(
            List.of(), List.of(new Dense(4_000, true), new Dense(6_000, true), new Dense(2, true)));
    var spec = training(plane(Target.CLASSIFICATION), Objective.CROSS_ENTROPY, network);
    assertThatThrownBy(() -> prepared(spec))
        .isInstanceOfSatisfying(
            TaskProblem.class,
            problem -> {
              var cause = problem.outcome().cause();
              assertThat(cause.code()).isEqualTo(Code.TRAINING_TOO_LARGE);
              assertThat(cause.what()).contains("551 MiB", "512 MiB");
              assertThat(cause.why()).contains("24030002 values", "2 sums of 4 shards");
              assertThat(problem.outcome().retryable()).isFalse();
            });
  }

  /** One block has 262,144 values. */
  @Test
  void aNetworkOfSeveralBlocksIsClippedByReplicasOnly() throws Exception {
    var network = new LayerStack(List.of(), List.of(new Dense(70_000, true), new Dense(2, true)));
    var spec = training(plane(Target.CLASSIFICATION), Objective.CROSS_ENTROPY, network);
    assertThatThrownBy(() -> prepared(clipped(spec, null)))
        .isInstanceOfSatisfying(
            TaskProblem.class,
            problem -> {
              var cause = problem.outcome().cause();
              assertThat(cause.where()).isEqualTo("clipNorm");
              assertThat(cause.why()).contains("up to 262144 values");
              assertThat(problem.outcome().retryable()).isFalse();
            });
    var replicas = new LocalSteps(1, 0.7, 0.9, true);
    assertThat(prepared(clipped(spec, replicas)).network().floats()).isGreaterThan(262_144);
  }

  private static TrainingSpec clipped(TrainingSpec spec, @Nullable LocalSteps localSteps) {
    return new TrainingSpec(
        spec.dataset(),
        spec.network(),
        spec.objective(),
        spec.optimizer(),
        spec.learningRate(),
        spec.schedule(),
        spec.warmupSteps(),
        spec.batch(),
        spec.shards(),
        spec.length(),
        spec.seed(),
        spec.register(),
        spec.classWeights(),
        spec.earlyStopping(),
        spec.encoding(),
        localSteps,
        1);
  }

  @Test
  void aDataSetWhoseNamesNoRecordCouldHoldIsRefusedBeforeAnyStep() {
    int classes = 64;
    var text = new StringBuilder("a,y\n");
    for (int row = 0; row < 4 * classes; row++) {
      text.append(row).append(',').append(row % classes).append("w".repeat(50_000)).append('\n');
    }
    var artifact = files.put(text.toString().getBytes(StandardCharsets.UTF_8));
    var spec = training(allRows(artifact), Objective.CROSS_ENTROPY, linear(classes));
    assertThatThrownBy(() -> prepared(spec))
        .isInstanceOfSatisfying(
            TaskProblem.class,
            problem -> {
              var cause = problem.outcome().cause();
              assertThat(cause.code()).isEqualTo(Code.MODEL_TOO_LARGE);
              assertThat(cause.what()).contains("may take 3072 KiB");
              assertThat(cause.why()).contains("64 classes");
              assertThat(cause.what() + cause.why() + cause.mend()).hasSizeLessThan(1_000);
              assertThat(problem.outcome().retryable()).isFalse();
            });
  }

  @Test
  void anExportedRegressionSpeaksInTheLabelsOwnUnit() throws Exception {
    try (var arena = Arena.ofConfined()) {
      var model = exact(Target.REGRESSION, arena);
      assertThat(metric(model, "rows")).isEqualTo(50);
      assertThat(metric(model, "rmse")).isCloseTo(0, within(1e-4));
      assertThat(metric(model, "r2")).isCloseTo(1, within(1e-6));
      assertThat(metric(model, "onnxMaxDifference")).isLessThan(1e-4);

      var answers = answer(model, plane(Target.REGRESSION), 0, ROWS);
      var labels = answers.stream().flatMap(batch -> batch.labels().stream()).toList();
      var predictions = answers.stream().flatMap(batch -> batch.predictions().stream()).toList();
      assertThat(predictions).hasSize(ROWS);
      for (int row = 0; row < ROWS; row++) {
        assertThat(Double.parseDouble(predictions.get(row)))
            .isCloseTo(Double.parseDouble(labels.get(row)), within(1e-3));
      }
    }
  }

  private static void set(MemorySegment flat, int at, double value) {
    flat.setAtIndex(ValueLayout.JAVA_FLOAT, at, (float) value);
  }

  private static double metric(ModelVersion model, String name) {
    return model.metrics().stream()
        .filter(metric -> metric.name().equals(name))
        .mapToDouble(Metric::value)
        .findFirst()
        .orElseThrow();
  }

  private List<ResultBatch> answer(ModelVersion model, DatasetSpec rows, long from, long to)
      throws Exception {
    var taken = new ArrayList<ResultBatch>();
    var spec = new InferenceSpec("plane", "latest", rows, batch, List.of());
    try (var models = new Models(files, TRAINING, INFERENCE, tried::add, CACHE_BYTES)) {
      var infer =
          new InferTask(datasets, models, jobId -> collecting(taken), new HostProcessor(), "w");
      var work = new InferWork(spec, model, from, to);
      var inferred =
          infer
              .run(
                  new Task("t", "job", 1, 1, "", 7, 7, new Infer(work.rowFrom(), work.rowTo())),
                  work)
              .join();
      assertThat(inferred.range().attempt()).startsWith("t#1@w-");
      lastInferred = inferred;
      if (!model.network().classes().isEmpty()) {
        assertThat(inferred.correct()).isEqualTo(rightAnswers(taken));
      }
    }
    return taken;
  }

  private Inferred inferred() {
    return Objects.requireNonNull(lastInferred);
  }

  private List<ResultBatch> answer(ModelVersion model, String... lines) throws Exception {
    var text = String.join("\n", lines) + "\n";
    var artifact = files.put(text.getBytes(StandardCharsets.UTF_8));
    return answer(model, allRows(artifact), 0, lines.length - 1);
  }

  private static DatasetSpec allRows(String artifact) {
    return new DatasetSpec(
        artifact,
        true,
        "y",
        List.of(),
        Target.CLASSIFICATION,
        0,
        null,
        1,
        Rows.ALL,
        Scaling.STANDARD,
        Scaling.STANDARD);
  }

  /** The plane's exact solution: weights of scaled columns, up where 2 a - b is positive. */
  private ModelVersion exact(Target target, Arena arena) throws Exception {
    boolean numbers = target == Target.REGRESSION;
    var spec =
        training(
            plane(target),
            numbers ? Objective.MEAN_SQUARED_ERROR : Objective.BINARY_CROSS_ENTROPY,
            linear(1));
    var prepared = prepared(spec);
    var flat = initial(prepared, 1, arena);
    var x = prepared.network().featureScale();
    double unit = numbers ? prepared.network().targetScale().scale().getFirst() : 1;
    double zero = numbers ? 5 - prepared.network().targetScale().shift().getFirst() : 0;
    set(flat, 0, 2 * x.scale().get(0) / unit);
    set(flat, 1, -x.scale().get(1) / unit);
    set(flat, 2, (2 * x.shift().get(0) - x.shift().get(1) + zero) / unit);
    return export.run("job", new ExportWork(spec, prepared, 10), flat).model();
  }

  @Test
  void answersAreTheSameBitsInBatchesOfAnySizeAndWhereTheWorkerFindsIt() throws Exception {
    try (var arena = Arena.ofConfined()) {
      var model = exact(Target.REGRESSION, arena);
      var rows = plane(Target.REGRESSION);
      var alone = new ArrayList<List<Object>>();
      for (int size : new int[] {1, 7, 64, ROWS, InferenceSpec.BATCH_FOUND}) {
        batch = size;
        var answers = answer(model, rows, 3, ROWS).getFirst();
        var all = List.<Object>of(answers.rows(), answers.predictions(), answers.scores());
        assertThat(answers.rows()).hasSize(ROWS - 3);
        alone.add(all);
        assertThat(all).isEqualTo(alone.getFirst());
      }
    }
  }

  @Test
  void labelsThatTheModelDoesNotKnowCountAsWrongAndAreCountedAndMissingOnesAreNeither()
      throws Exception {
    try (var arena = Arena.ofConfined()) {
      var model = exact(Target.CLASSIFICATION, arena);
      var answers = answer(model, "a,b,y", "5,0,up", "5,0,alien", "5,0,down", "-5,0,", "-5,0,down");
      assertThat(answers.getFirst().labels()).containsExactly("up", "alien", "down", "", "down");
      assertThat(inferred().labelled()).isEqualTo(4);
      assertThat(inferred().correct()).isEqualTo(2);
      assertThat(inferred().faults()).isEqualTo(new RowFaults(1, 0, -1));
    }
  }

  @Test
  void aRowBeyondTheRangeOfFloatsHasNoAnswerAndTheOthersHaveTheirs() throws Exception {
    try (var arena = Arena.ofConfined()) {
      var model = exact(Target.CLASSIFICATION, arena);
      var answers =
          answer(
              model,
              "a,b,y",
              "5,0,up",
              "1e39,0,up",
              "3e38,-3e38,up",
              "-inf,0,up",
              "1e999999999,0,",
              "-5,0,down");
      assertThat(predictions(answers)).containsExactly("up", "", "", "", "", "down");
      var scores = Vectors.floats(answers.getFirst().scores());
      for (int row = 0; row < scores.length; row++) {
        assertThat(Float.isFinite(scores[row])).isEqualTo(row == 0 || row == 5);
      }
      assertThat(inferred().labelled()).isEqualTo(5);
      assertThat(inferred().correct()).isEqualTo(2);
      assertThat(inferred().faults()).isEqualTo(new RowFaults(0, 4, 1));
    }
  }

  @Test
  void aRegressionIsMeasuredOnTheRowsThatHaveAnAnswerAndALabelToCompare() throws Exception {
    try (var arena = Arena.ofConfined()) {
      var model = exact(Target.REGRESSION, arena);
      var answers = answer(model, "a,b,y", "5,0,14", "3e38,-3e38,1", "1,0,1e999", "0,0,");
      assertThat(predictions(answers).get(1)).isEmpty();
      assertThat(answers.getFirst().labels()).containsExactly("14", "1", "1e999", "");
      assertThat(inferred().labelled()).isEqualTo(1);
      assertThat(inferred().absoluteError()).isCloseTo(1, within(1e-3));
      assertThat(inferred().faults()).isEqualTo(new RowFaults(1, 1, 1));
    }
  }

  @Test
  void aModelOfWhichNoScoreIsFiniteIsNotExported() throws Exception {
    var spec = training(plane(Target.REGRESSION), Objective.MEAN_SQUARED_ERROR, linear(1));
    var prepared = prepared(spec);
    try (var arena = Arena.ofConfined()) {
      var flat = initial(prepared, 1, arena);
      set(flat, 2, Float.MAX_VALUE);
      set(flat, 0, 1e36);
      set(flat, 1, -1e36);
      assertThatThrownBy(() -> export.run("job", new ExportWork(spec, prepared, 10), flat))
          .isInstanceOfSatisfying(
              TaskProblem.class,
              problem -> {
                assertThat(problem.outcome().cause().code()).isEqualTo(Code.DIVERGED);
                assertThat(problem.outcome().cause().what()).contains("on 0 of 50 rows");
              });
    }
  }

  private static long rightAnswers(List<ResultBatch> batches) {
    long right = 0;
    for (var batch : batches) {
      for (int i = 0; i < batch.predictions().size(); i++) {
        var said = batch.predictions().get(i);
        right += !said.isEmpty() && said.equals(batch.labels().get(i)) ? 1 : 0;
      }
    }
    return right;
  }

  /** Results that are read while they are valid: the task uses their buffers again. */
  private static AnswerSink.Writing collecting(List<ResultBatch> taken) {
    return new AnswerSink.Writing() {
      @Override
      public void add(ResultBatch batch) {
        assertThat(batch.scores().remaining())
            .isEqualTo(batch.predictions().size() * batch.outputs() * Float.BYTES);
        taken.add(batch);
      }

      @Override
      public CompletableFuture<ResultRange> finish(long rowFrom, long rowTo, String attempt) {
        return CompletableFuture.completedFuture(
            new ResultRange(0, 0, 0, rowFrom, rowTo, "", attempt));
      }
    };
  }

  @Test
  void aClassifierIsMeasuredExportedAndAnswersAnyRows() throws Exception {
    var network =
        new LayerStack(
            List.of(),
            List.of(new Dense(8, true), new Activation(Function.TANH), new Dense(2, true)));
    var spec = training(plane(Target.CLASSIFICATION), Objective.CROSS_ENTROPY, network);
    var prepared = prepared(spec);
    try (var arena = Arena.ofConfined()) {
      var model =
          export
              .run("job", new ExportWork(spec, prepared, 10), initial(prepared, 1, arena))
              .model();
      assertThat(model.name()).isEqualTo("plane");
      assertThat(model.jobId()).isEqualTo("job");
      assertThat(model.engine()).isEqualTo("the engine");
      assertThat(model.files())
          .extracting(ModelFile::format)
          .containsExactly("safetensors", "onnx", "evaluation");
      assertThat(metric(model, "accuracy")).isBetween(0.0, 1.0);
      assertThat(metric(model, "loss")).isPositive();

      var inference = (InferencePrepared) prepare.run(prepareInference(spec.dataset(), model));
      assertThat(inference.dataset().rows()).isEqualTo(ROWS);
      assertThat(answer(model, spec.dataset(), 0, ROWS)).hasSize(1);
      assertThat(inferred().labelled()).isEqualTo(ROWS);
      assertThat(inferred().faults()).isEqualTo(RowFaults.NONE);
      var some = answer(model, spec.dataset(), 70, 80).getFirst();
      assertThat(some.rowFrom()).isEqualTo(70);
      assertThat(some.rows()).first().isEqualTo(70L);
      assertThat(some.predictions()).hasSize(10).isSubsetOf("down", "up");
    }
  }

  /** Pets by weight and coat; of some the weight is not known. */
  private DatasetSpec pets() {
    var text = new StringBuilder("weight;coat;indoors;y\n");
    for (int row = 0; row < ROWS; row++) {
      boolean cat = row % 5 != 0;
      text.append(row % 7 == 0 ? "" : String.valueOf(cat ? 4 + row % 3 : 20 + row % 9));
      text.append(';').append(List.of("short", "long", "wire", "long").get(row % 4));
      text.append(';').append(cat ? "yes" : "no").append(';').append(cat ? "cat" : "dog");
      text.append('\n');
    }
    return new DatasetSpec(
        files.put(text.toString().getBytes(StandardCharsets.UTF_8)),
        null,
        "y",
        List.of(),
        Target.CLASSIFICATION,
        0.25,
        null,
        1,
        Rows.ALL,
        Scaling.STANDARD,
        Scaling.STANDARD,
        new CsvOptions(";", 0, ""),
        Missing.MEDIAN,
        List.of("coat"),
        true);
  }

  @Test
  void aModelOfNamesTruthValuesAndGapsTakesThemAsItsTrainingRowsHadThem() throws Exception {
    var plain = training(pets(), Objective.CROSS_ENTROPY, linear(2));
    var spec =
        new TrainingSpec(
            plain.dataset(),
            plain.network(),
            plain.objective(),
            plain.optimizer(),
            plain.learningRate(),
            plain.schedule(),
            plain.warmupSteps(),
            plain.batch(),
            plain.shards(),
            plain.length(),
            plain.seed(),
            plain.register(),
            new ClassWeights(true, List.of()),
            null);
    var prepared = prepared(spec);
    var network = prepared.network();
    assertThat(network.input()).containsExactly(5);
    assertThat(network.classWeights())
        .containsExactly(0.625, 2.5); // 150 / (2 x 120), 150 / (2 x 30)
    assertThat(network.columns().get(1))
        .isEqualTo(new CategoryColumn(List.of("long", "short", "wire"), "long"));
    try (var arena = Arena.ofConfined()) {
      var flat = initial(prepared, 1, arena);
      var model = export.run("job", new ExportWork(spec, prepared, 10), flat).model();
      assertThat(metric(model, "rows")).isEqualTo(50);
      assertThat(metric(model, "onnxMaxDifference")).isLessThan(1e-4);
      assertThat(new String(files.get(model.file(Models.ONNX).orElseThrow().artifact()), UTF_8))
          .contains("{\"holds\":\"category\",\"fill\":\"long\"");
      // The inference job says nothing of columns and gaps: the model knows.
      var rows =
          new DatasetSpec(
              spec.dataset().artifact(),
              null,
              "y",
              List.of(),
              Target.CLASSIFICATION,
              0,
              null,
              1,
              Rows.ALL,
              Scaling.NONE,
              Scaling.NONE,
              spec.dataset().csv(),
              Missing.REFUSE,
              List.of(),
              false);
      assertThat(predictions(answer(model, rows, 0, ROWS))).hasSize(ROWS);
    }
  }

  private static PrepareWork prepareInference(DatasetSpec dataset, ModelVersion model) {
    return new PrepareWork(new InferenceSpec("plane", "latest", dataset, 64, List.of()), model);
  }

  @Test
  void answersAreTheSameWithAndWithoutAnOnnxFile() throws Exception {
    var spec = training(plane(Target.CLASSIFICATION), Objective.CROSS_ENTROPY, linear(2));
    var prepared = prepared(spec);
    try (var arena = Arena.ofConfined()) {
      var model =
          export
              .run("job", new ExportWork(spec, prepared, 10), initial(prepared, 1, arena))
              .model();
      var onlySafetensors = withFiles(model, List.of(model.files().getFirst()));
      assertThat(predictions(answer(onlySafetensors, spec.dataset(), 0, ROWS)))
          .isEqualTo(predictions(answer(model, spec.dataset(), 0, ROWS)));
      assertThatThrownBy(() -> answer(withFiles(model, List.of()), spec.dataset(), 0, ROWS))
          .isInstanceOf(TaskProblem.class);
    }
  }

  @Test
  void onlyAnOnnxFileThatThisReleaseWouldNotWriteIsTriedFirst() throws Exception {
    var spec = training(plane(Target.CLASSIFICATION), Objective.CROSS_ENTROPY, linear(2));
    var prepared = prepared(spec);
    try (var arena = Arena.ofConfined()) {
      var model =
          export
              .run("job", new ExportWork(spec, prepared, 10), initial(prepared, 1, arena))
              .model();
      var ours = files.get(model.file(Models.ONNX).orElseThrow().artifact());
      // The same model; its file says once more which version it is.
      var theirs = Arrays.copyOf(ours, ours.length + 2);
      theirs[ours.length] = 5 << 3;
      theirs[ours.length + 1] = 1;
      var other = new ModelFile(Models.ONNX, files.put(theirs), theirs.length);

      var expected = predictions(answer(model, spec.dataset(), 0, ROWS));
      assertThat(tried).isEmpty();

      var foreign = withFiles(model, List.of(model.files().getFirst(), other));
      assertThat(predictions(answer(foreign, spec.dataset(), 0, ROWS))).isEqualTo(expected);
      var alone = withFiles(model, List.of(model.file(Models.ONNX).orElseThrow()));
      assertThat(predictions(answer(alone, spec.dataset(), 0, ROWS))).isEqualTo(expected);
      assertThat(tried).extracting(file -> file.bytes()).containsExactly(theirs, ours);
    }
  }

  private static List<String> predictions(List<ResultBatch> batches) {
    return batches.stream().flatMap(batch -> batch.predictions().stream()).toList();
  }

  private static ModelVersion withFiles(ModelVersion model, List<ModelFile> files) {
    return new ModelVersion(
        model.name(),
        model.version(),
        model.jobId(),
        model.sha256(),
        model.network(),
        files,
        model.metrics(),
        model.dataset(),
        model.splitSeed(),
        model.engine(),
        model.registeredMs(),
        "fp32",
        "");
  }
}
