package dev.sluice.worker.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.schemas.codec.Digests;
import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.Adam;
import dev.sluice.schemas.wire.BatchNorm;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.Conv2d;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Epochs;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.schemas.wire.Flatten;
import dev.sluice.schemas.wire.Function;
import dev.sluice.schemas.wire.Infer;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.LayerNorm;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.MaxPool2d;
import dev.sluice.schemas.wire.Metric;
import dev.sluice.schemas.wire.ModelFile;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.Network;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.ResultBatch;
import dev.sluice.schemas.wire.ResultRange;
import dev.sluice.schemas.wire.Rows;
import dev.sluice.schemas.wire.Scaling;
import dev.sluice.schemas.wire.Target;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.TorchScript;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.worker.accelerator.HostProcessor;
import dev.sluice.worker.engine.OnnxEngine;
import dev.sluice.worker.engine.TorchEngine;
import dev.sluice.worker.engine.TrainingProgram;
import dev.sluice.worker.work.ExportWork;
import dev.sluice.worker.work.InferWork;
import dev.sluice.worker.work.PrepareWork;
import dev.sluice.worker.work.QuantiseWork;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Models are trained, exported and quantised with the real engines and files in memory. */
class QuantiseTaskTest {

  private static final TorchEngine TRAINING = new TorchEngine();
  private static final OnnxEngine INFERENCE = new OnnxEngine();
  private static final long CACHE_BYTES = 1 << 20;
  private static final Path DIGITS = Path.of("../deploy/quickstart.d/digits.csv.gz");

  private final MemoryFiles files = new MemoryFiles();
  private final Datasets datasets = new Datasets(files, CACHE_BYTES);
  private final QuantiseTask quantise = new QuantiseTask(datasets, files, INFERENCE, "the engine");

  // ---- models

  private static DatasetSpec dataset(
      String artifact, @Nullable String holdout, @Nullable String label, Target target) {
    return new DatasetSpec(
        artifact,
        null,
        label,
        List.of(),
        target,
        0.25,
        holdout,
        1,
        Rows.ALL,
        Scaling.STANDARD,
        Scaling.STANDARD);
  }

  /** Rows of y = 2 a - b + 5 whose features are in a range. */
  private String plane(long seed, double size) {
    var random = new Random(seed);
    var text = new StringBuilder("a,b,y\n");
    for (int row = 0; row < 200; row++) {
      double a = random.nextGaussian() * size;
      double b = random.nextGaussian() * size;
      text.append(a).append(',').append(b).append(',').append(2 * a - b + 5).append('\n');
    }
    return files.put(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  private DatasetSpec digits() throws IOException {
    var file = files.put(java.nio.file.Files.readAllBytes(DIGITS));
    return dataset(file, null, "64", Target.CLASSIFICATION);
  }

  /** A model that was trained for some epochs of plain gradient descent, as version 3. */
  private ModelVersion trained(
      DatasetSpec dataset, Objective objective, LayerStack network, double rate, int epochs)
      throws Exception {
    var spec =
        new TrainingSpec(
            dataset,
            network,
            objective,
            new Adam(0.9, 0.999, 1e-8, 0),
            rate,
            new Constant(),
            0,
            32,
            1,
            new Epochs(epochs),
            9,
            "model");
    var prepared =
        (TrainingPrepared)
            new PrepareTask(datasets, files, TRAINING).run(new PrepareWork(spec, null));
    try (var arena = Arena.ofConfined();
        var program = TRAINING.open(prepared.network(), null)) {
      var flat = arena.allocate(program.floats() * Float.BYTES, TrainingProgram.ALIGNMENT_BYTES);
      program.initialise(9, flat);
      descend(program, flat, spec, prepared.network(), epochs);
      var export = new ExportTask(datasets, files, TRAINING, INFERENCE, "the engine");
      return export.run("job", new ExportWork(spec, prepared, 1), flat).model().numbered(3, 1);
    }
  }

  private void descend(
      TrainingProgram program,
      MemorySegment flat,
      TrainingSpec spec,
      NetworkFacts facts,
      int epochs)
      throws Exception {
    var rows = datasets.forTraining(spec.dataset()).training();
    var random = new Random(4);
    try (var arena = Arena.ofConfined();
        var batch = Batch.of(facts)) {
      var out = arena.allocate(program.floats() * Float.BYTES, TrainingProgram.ALIGNMENT_BYTES);
      for (int step = 0; step < epochs * rows.size() / spec.batch(); step++) {
        int n = spec.batch();
        batch.takeScaled(rows, random.ints(n, 0, rows.size()).toArray());
        program.gradient(flat, batch.features(), batch.labels(), n, step, out);
        for (long i = 0; i < program.floats(); i++) {
          float mean = out.getAtIndex(ValueLayout.JAVA_FLOAT, i) / n;
          float before = flat.getAtIndex(ValueLayout.JAVA_FLOAT, i);
          float after =
              i < program.parameters() ? before - (float) spec.learningRate() * mean : mean;
          flat.setAtIndex(ValueLayout.JAVA_FLOAT, i, after);
        }
      }
    }
  }

  private ModelVersion aPlane() throws Exception {
    var network =
        new LayerStack(
            List.of(),
            List.of(new Dense(16, true), new Activation(Function.RELU), new Dense(1, true)));
    var dataset = dataset(plane(5, 3), null, "y", Target.REGRESSION);
    return trained(dataset, Objective.MEAN_SQUARED_ERROR, network, 0.1, 60);
  }

  private static QuantisationSpec spec(DatasetSpec dataset, int rows) {
    return new QuantisationSpec("model", "latest", "int8", dataset, rows, null);
  }

  private ModelVersion quantised(ModelVersion model, DatasetSpec dataset) throws Exception {
    return quantise.run("quantising", new QuantiseWork(spec(dataset, 500), model)).model();
  }

  private static double metric(ModelVersion model, String name) {
    return model.metrics().stream()
        .filter(metric -> metric.name().equals(name))
        .mapToDouble(Metric::value)
        .findFirst()
        .orElseThrow();
  }

  // ---- what comes of it

  @Test
  void aConvolutionalClassifierOfDigitsKeepsItsAccuracy() throws Exception {
    var dataset = digits();
    var network =
        new LayerStack(
            List.of(1, 8, 8),
            List.of(
                new Conv2d(8, 3, 1, 1, false),
                new BatchNorm(0.1, 1e-5),
                new Activation(Function.RELU),
                new MaxPool2d(2, 0, 0),
                new Flatten(),
                new Dense(32, true),
                new Activation(Function.RELU),
                new Dense(10, true)));
    var model = trained(dataset, Objective.CROSS_ENTROPY, network, 0.1, 8);

    var int8 = quantised(model, dataset);

    assertThat(metric(int8, "fp32Accuracy"))
        .isEqualTo(metric(model, "accuracy"))
        .isGreaterThan(0.9);
    assertThat(metric(int8, "rows")).isEqualTo(metric(model, "rows"));
    assertThat(metric(int8, "accuracyChange"))
        .isBetween(-0.01, 0.01)
        .isEqualTo(metric(int8, "accuracy") - metric(int8, "fp32Accuracy"));
    assertThat(metric(int8, "loss")).isCloseTo(metric(int8, "fp32Loss"), within(0.05));
    assertThat(metric(int8, "onnxMaxDifference")).isBetween(1e-4, 1.0);
    assertThat(metric(int8, "calibrationRows")).isEqualTo(500);
    assertThat(correct(int8, dataset)).isGreaterThan(0.9);
  }

  /** The share of rows that an inference task answers rightly. */
  private double correct(ModelVersion model, DatasetSpec dataset) throws Exception {
    try (var models = new Models(files, TRAINING, INFERENCE, file -> {}, CACHE_BYTES)) {
      var infer = new InferTask(datasets, models, jobId -> new Nowhere(), new HostProcessor(), "w");
      var work =
          new InferWork(
              new InferenceSpec("model", "latest", dataset, 64, List.of()), model, 0, 1000);
      var inferred =
          infer
              .run(
                  new Task("t", "job", 1, 1, "", 7, 7, new Infer(work.rowFrom(), work.rowTo())),
                  work)
              .join();
      return inferred.correct() / (double) inferred.labelled();
    }
  }

  private static final class Nowhere implements AnswerSink.Writing {
    @Override
    public void add(ResultBatch batch) {
      assertThat(batch.outputs()).isEqualTo(10);
    }

    @Override
    public CompletableFuture<ResultRange> finish(long rowFrom, long rowTo, String attempt) {
      return CompletableFuture.completedFuture(
          new ResultRange(0, 0, 0, rowFrom, rowTo, "", attempt));
    }
  }

  @Test
  void aRegressionIsMeasuredInTheLabelsOwnUnit() throws Exception {
    var model = aPlane();

    var int8 = quantised(model, dataset(model.dataset(), null, "y", Target.REGRESSION));

    assertThat(metric(int8, "fp32Rmse")).isCloseTo(metric(model, "rmse"), within(1e-3));
    assertThat(metric(int8, "rmseChange")).isBetween(-0.2, 0.2);
    assertThat(metric(int8, "mae")).isPositive();
    assertThat(metric(int8, "r2")).isGreaterThan(0.99);
  }

  @Test
  void theNewVersionSaysWhatItIsMadeOf() throws Exception {
    var model = aPlane();
    var dataset = dataset(model.dataset(), null, "y", Target.REGRESSION);

    var int8 = quantised(model, dataset);

    assertThat(int8.name()).isEqualTo("model");
    assertThat(int8.version()).isZero();
    assertThat(int8.parent()).isEqualTo("model@3");
    assertThat(int8.format()).isEqualTo("int8");
    assertThat(int8.jobId()).isEqualTo("quantising");
    assertThat(int8.engine()).isEqualTo("the engine");
    assertThat(int8.network()).isEqualTo(model.network());
    assertThat(int8.dataset()).isEqualTo(dataset.artifact());
    assertThat(int8.files()).extracting(ModelFile::format).containsExactly("onnx");
    assertThat(int8.sha256())
        .isEqualTo(Digests.sha256(files.get(int8.files().getFirst().artifact())))
        .isNotEqualTo(model.sha256());
    assertThat(quantised(model, dataset)).as("the same again").isEqualTo(int8);
    var other = new QuantisationSpec("model", "3", "int8", dataset, 500, "small");
    assertThat(quantise.run("quantising", new QuantiseWork(other, model)).model().name())
        .isEqualTo("small");
  }

  @Test
  void rangesComeFromTrainingRowsOnly() throws Exception {
    var model = aPlane();
    var rows = plane(6, 3);

    var near = quantised(model, dataset(rows, plane(7, 3), "y", Target.REGRESSION));
    var far = quantised(model, dataset(rows, plane(8, 1000), "y", Target.REGRESSION));
    var wide = quantised(model, dataset(plane(9, 1000), rows, "y", Target.REGRESSION));

    assertThat(far.sha256()).isEqualTo(near.sha256());
    assertThat(far.metrics()).isNotEqualTo(near.metrics());
    assertThat(wide.sha256()).isNotEqualTo(near.sha256());
    assertThat(metric(wide, "rmse")).isGreaterThan(metric(near, "rmse"));
  }

  @Test
  void noMoreRowsAreSeenThanAskedForAndAllWhereThereAreFewer() throws Exception {
    var model = aPlane();
    var dataset = dataset(model.dataset(), null, "y", Target.REGRESSION);
    assertThat(calibrationRows(model, dataset, 7)).isEqualTo(7);
    assertThat(calibrationRows(model, dataset, 1_000_000)).isEqualTo(150);
  }

  private double calibrationRows(ModelVersion model, DatasetSpec dataset, int most)
      throws Exception {
    return metric(
        quantise.run("job", new QuantiseWork(spec(dataset, most), model)).model(),
        "calibrationRows");
  }

  @Test
  void withoutHeldOutRowsTheTrainingRowsAreMeasured() throws Exception {
    var model = aPlane();
    var all = dataset(model.dataset(), null, "y", Target.REGRESSION);
    var noneHeldOut =
        new DatasetSpec(
            all.artifact(),
            null,
            "y",
            List.of(),
            Target.REGRESSION,
            0,
            null,
            1,
            Rows.ALL,
            Scaling.STANDARD,
            Scaling.STANDARD);
    assertThat(metric(quantised(model, noneHeldOut), "rows")).isEqualTo(200);
  }

  @Test
  void rowsWithoutLabelsAreEnough() throws Exception {
    var model = aPlane();
    var text = "a,b\n1,2\n-3,4\n5,-6\n7,8\n";
    var rows = files.put(text.getBytes(StandardCharsets.UTF_8));
    var int8 = quantised(model, dataset(rows, null, null, Target.REGRESSION));
    assertThat(int8.metrics())
        .extracting(Metric::name)
        .containsExactlyInAnyOrder("onnxMaxDifference", "calibrationRows");
  }

  @Test
  void unknownLabelsCountAsWrongInBothFormatsAndAreCounted() throws Exception {
    var network = new LayerStack(List.of(), List.of(new Dense(2, true)));
    var text = "a,y\n" + "1,up\n-1,down\n".repeat(20);
    var rows = files.put(text.getBytes(StandardCharsets.UTF_8));
    var model =
        trained(
            dataset(rows, null, "y", Target.CLASSIFICATION),
            Objective.CROSS_ENTROPY,
            network,
            0.5,
            50);
    var others = "a,y\n1,up\n1,alien\n-1,\n1e39,up\n-1,down\n";
    var holdout = files.put(others.getBytes(StandardCharsets.UTF_8));

    var int8 = quantised(model, dataset(rows, holdout, "y", Target.CLASSIFICATION));

    assertThat(metric(int8, "rows")).isEqualTo(4);
    assertThat(metric(int8, "accuracy")).isEqualTo(0.5);
    assertThat(metric(int8, "fp32Accuracy")).isEqualTo(0.5);
    assertThat(metric(int8, "unknownLabels")).isEqualTo(1);
    assertThat(metric(int8, "rowsUnanswered")).isEqualTo(1);
    assertThat(metric(int8, "firstRowUnanswered")).isEqualTo(3);
    assertThat(int8.metrics()).allMatch(metric -> Double.isFinite(metric.value()));
  }

  // ---- what is refused

  private void expectRefusal(QuantiseWork work, String where, String... words) {
    assertThatThrownBy(() -> quantise.run("job", work))
        .isInstanceOfSatisfying(
            TaskProblem.class,
            problem -> {
              var cause = problem.outcome().cause();
              assertThat(cause.fault()).isEqualTo(Fault.BAD_INPUT);
              assertThat(cause.where()).isEqualTo(where);
              assertThat(cause.what() + " " + cause.why() + " " + cause.mend()).contains(words);
              assertThat(problem.outcome().retryable()).isFalse();
            });
  }

  private static ModelVersion changed(
      ModelVersion model, Network network, List<ModelFile> files, String format, String parent) {
    var facts = model.network();
    return new ModelVersion(
        model.name(),
        model.version(),
        model.jobId(),
        model.sha256(),
        new NetworkFacts(
            network,
            facts.input(),
            facts.outputs(),
            facts.objective(),
            facts.classes(),
            facts.features(),
            facts.featureScale(),
            facts.targetScale(),
            facts.tensors(),
            facts.parameters(),
            facts.floats()),
        files,
        model.metrics(),
        model.dataset(),
        model.splitSeed(),
        model.engine(),
        model.registeredMs(),
        format,
        parent);
  }

  @Test
  void modelsThatCannotBeQuantisedAreRefusedWithTheReason() throws Exception {
    var model = aPlane();
    var stack = model.network().network();
    var rows = spec(dataset(model.dataset(), null, "y", Target.REGRESSION), 100);
    var script = new TorchScript("sha256:0", List.of(2));

    var already = changed(model, stack, model.files(), "int8", "model@2");
    expectRefusal(new QuantiseWork(rows, already), "model", "computes in int8", "Name model@2");
    expectRefusal(
        new QuantiseWork(rows, changed(model, script, model.files(), "fp32", "")),
        "model",
        "TorchScript",
        "layers");
    expectRefusal(
        new QuantiseWork(rows, changed(model, stack, List.of(), "fp32", "")),
        "model",
        "no file of format safetensors");
  }

  @Test
  void aNetworkThatDoesNotMultiplyIsRefused() throws Exception {
    var network = new LayerStack(List.of(), List.of(new LayerNorm(1e-5)));
    var text = "a,y\n1,2\n3,4\n5,6\n7,8\n";
    var rows = files.put(text.getBytes(StandardCharsets.UTF_8));
    var dataset = dataset(rows, null, "y", Target.REGRESSION);
    var model = trained(dataset, Objective.MEAN_SQUARED_ERROR, network, 0.1, 0);
    expectRefusal(new QuantiseWork(spec(dataset, 10), model), "model", "nothing to quantise");
  }

  @Test
  void wishesThatCannotBeMetAreRefused() throws Exception {
    var model = aPlane();
    var dataset = dataset(model.dataset(), null, "y", Target.REGRESSION);
    expectRefusal(new QuantiseWork(spec(dataset, 0), model), "rows", "0 rows");
    var int4 = new QuantisationSpec("model", "latest", "int4", dataset, 9, null);
    expectRefusal(new QuantiseWork(int4, model), "format", "'int4'", "int8 only");
  }

  @Test
  void rowsThatTheModelDoesNotTakeAreRefused() throws Exception {
    var model = aPlane();
    var text = "1,2,3,4\n5,6,7,8\n9,9,9,9\n";
    var rows = files.put(text.getBytes(StandardCharsets.UTF_8));
    var dataset = dataset(rows, null, "3", Target.REGRESSION);
    expectRefusal(
        new QuantiseWork(spec(dataset, 10), model),
        "dataset.features",
        "3 feature columns",
        "takes 2");
  }

  @Test
  void aModelWhoseTrainingDivergedIsRefused() throws Exception {
    var model = aPlane();
    var dataset = dataset(model.dataset(), null, "y", Target.REGRESSION);
    var parameters = model.file(Models.SAFETENSORS).orElseThrow();
    var bytes = files.get(parameters.artifact()).clone();
    // The last parameter's upper half: a NaN.
    bytes[bytes.length - 1] = 0x7f;
    bytes[bytes.length - 2] = (byte) 0xc0;
    var artifact = files.put(bytes);
    var file = new ModelFile(Models.SAFETENSORS, artifact, parameters.bytes());
    expectRefusal(
        new QuantiseWork(
            spec(dataset, 10),
            changed(model, model.network().network(), List.of(file), "fp32", "")),
        "model",
        "not a finite number");
  }
}
