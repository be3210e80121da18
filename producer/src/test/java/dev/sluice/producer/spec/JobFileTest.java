package dev.sluice.producer.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.Adam;
import dev.sluice.schemas.wire.AdamW;
import dev.sluice.schemas.wire.BatchNorm;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.ClassWeight;
import dev.sluice.schemas.wire.ClassWeights;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.Conv2d;
import dev.sluice.schemas.wire.Cosine;
import dev.sluice.schemas.wire.CsvOptions;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Dropout;
import dev.sluice.schemas.wire.EarlyStopping;
import dev.sluice.schemas.wire.Epochs;
import dev.sluice.schemas.wire.Flatten;
import dev.sluice.schemas.wire.Function;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.LocalSteps;
import dev.sluice.schemas.wire.MaxPool2d;
import dev.sluice.schemas.wire.Missing;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.PlacementWishes;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Rows;
import dev.sluice.schemas.wire.Scaling;
import dev.sluice.schemas.wire.Sgd;
import dev.sluice.schemas.wire.StepDecay;
import dev.sluice.schemas.wire.Steps;
import dev.sluice.schemas.wire.SumEncoding;
import dev.sluice.schemas.wire.SumFormat;
import dev.sluice.schemas.wire.Target;
import dev.sluice.schemas.wire.TorchScript;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.Unplaceable;
import dev.sluice.schemas.wire.ValidationMetric;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people write, and what it comes to. */
class JobFileTest {
  private static final String DIGEST = "sha256:" + "0f".repeat(32);
  private static final String SMALL =
      """
      kind: training
      dataset: {file: flowers.csv, label: species}
      model: {layers: [{dense: 16}, relu, {dense: 3}]}
      epochs: 5
      """;

  private static final String HELD_OUT =
      SMALL.replace("label: species}", "label: species, holdout: 0.2}");

  private static JobFileResult.Parsed parsed(String text) {
    return switch (JobFile.parse(text)) {
      case JobFileResult.Parsed parsed -> parsed;
      case JobFileResult.Invalid(var problems) -> throw new AssertionError(problems.toString());
    };
  }

  private static TrainingSpec training(String text) {
    return (TrainingSpec) parsed(text).spec().work();
  }

  private static List<Cause> problems(String text) {
    return switch (JobFile.parse(text)) {
      case JobFileResult.Parsed parsed -> throw new AssertionError("no problem in " + parsed);
      case JobFileResult.Invalid(List<Cause> problems) -> problems;
    };
  }

  private static Cause only(String text) {
    List<Cause> problems = problems(text);
    assertThat(problems).hasSize(1);
    assertThat(problems.getFirst().mend()).isNotBlank();
    return problems.getFirst();
  }

  private static void assertOnly(String text, String where, String what) {
    assertThat(only(text).where()).isEqualTo(where);
    assertThat(only(text).what()).contains(what);
  }

  // ------------------------------------------------------------------------- what sound files mean

  @Test
  void littleIsEnoughAndTheRestHasDefaults() {
    JobFileResult.Parsed job = parsed(SMALL);
    JobSpec spec = job.spec();
    assertThat(spec.tenant()).isEqualTo("default");
    assertThat(spec.priority()).isEqualTo(Priority.NORMAL);
    assertThat(spec.lanes()).isEmpty();
    assertThat(spec.unplaceable()).isEqualTo(Unplaceable.REFUSE);
    TrainingSpec training = training(SMALL);
    assertThat(training.objective()).isEqualTo(Objective.CROSS_ENTROPY);
    assertThat(training.optimizer()).isEqualTo(new Adam(0.9, 0.999, 1e-8, 0));
    assertThat(training.learningRate()).isEqualTo(0.001);
    assertThat(training.schedule()).isEqualTo(new Constant());
    assertThat(training.batch()).isEqualTo(64);
    assertThat(training.shards()).isEqualTo(4);
    assertThat(training.length()).isEqualTo(new Epochs(5));
    assertThat(training.register()).isNull();
    DatasetSpec dataset = training.dataset();
    assertThat(dataset.header()).isNull();
    assertThat(dataset.target()).isEqualTo(Target.CLASSIFICATION);
    assertThat(dataset.holdout()).isZero();
    assertThat(dataset.featureScaling()).isEqualTo(Scaling.STANDARD);
    assertThat(job.files()).containsExactly(new FileReference("dataset.file", "flowers.csv"));
  }

  @Test
  void everythingCanBeSaid() {
    String text =
        """
        # Comments are fine.
        kind: training
        name: digits
        tenant: research
        priority: high
        lanes: [cpu, h100]
        unplaceable: hold
        dataset:
          artifact: %s
          header: false
          label: 64
          features: [0, 1, 2, 3]
          target: classification
          holdout: {artifact: %s}
          splitSeed: 7
          scale: min-max
          targetScale: none
        model:
          input: [1, 2, 2]
          layers:
            - conv2d: {channels: 4, kernel: 3, stride: 1, padding: 1, bias: false}
            - batch-norm: {momentum: 0.2}
            - gelu
            - max-pool2d: 2
            - flatten
            - dropout: 0.1
            - leaky-relu: {}
            - dense: {units: 10, bias: false}
        objective: cross-entropy
        optimizer: {adamw: {learningRate: 1e-3, beta1: 0.8, weightDecay: 0.05}}
        schedule: {cosine: {floor: 0.1, warmupSteps: 20}}
        batch: 32
        shards: 8
        steps: 500
        seed: -3
        register: digits
        """
            .formatted(DIGEST, DIGEST);
    assertThat(parsed(text).spec())
        .isEqualTo(
            new JobSpec(
                "research",
                "digits",
                Priority.HIGH,
                List.of("cpu", "h100"),
                Unplaceable.HOLD,
                new TrainingSpec(
                    new DatasetSpec(
                        DIGEST,
                        false,
                        "64",
                        List.of("0", "1", "2", "3"),
                        Target.CLASSIFICATION,
                        0,
                        DIGEST,
                        7,
                        Rows.ALL,
                        Scaling.MIN_MAX,
                        Scaling.NONE),
                    new LayerStack(
                        List.of(1, 2, 2),
                        List.of(
                            new Conv2d(4, 3, 1, 1, false),
                            new BatchNorm(0.2, 1e-5),
                            new Activation(Function.GELU),
                            new MaxPool2d(2, 0, 0),
                            new Flatten(),
                            new Dropout(0.1),
                            new Activation(Function.LEAKY_RELU),
                            new Dense(10, false))),
                    Objective.CROSS_ENTROPY,
                    new AdamW(0.8, 0.999, 1e-8, 0.05),
                    0.001,
                    new Cosine(0.1),
                    20,
                    32,
                    8,
                    new Steps(500),
                    -3,
                    "digits"),
                PlacementWishes.NONE));
    assertThat(parsed(text).files()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "# nothing | FP32 | 0",
        "encoding: fp32 | FP32 | 0",
        "encoding: BF16 | BF16 | 0",
        "encoding: {int8: {groups: 2}} | INT8 | 2",
      })
  void sumsTravelInFewerBitsWhereTheJobSaysSo(String line, SumFormat format, int groups) {
    assertThat(training(SMALL + line + "\n").encoding()).isEqualTo(new SumEncoding(format, groups));
  }

  @Test
  void replicasAreFewUnlessTheJobSaysOtherwise() {
    var short20 = training(SMALL + "localSteps: 20\n");
    assertThat(short20.localSteps()).isEqualTo(new LocalSteps(20, 0.7, 0.9, true));
    assertThat(short20.shards()).isEqualTo(2);
    var full =
        training(
            SMALL
                + """
                shards: 8
                localSteps: {steps: 5, learningRate: 1, momentum: 0, nesterov: false}
                """);
    assertThat(full.localSteps()).isEqualTo(new LocalSteps(5, 1, 0, false));
    assertThat(full.shards()).isEqualTo(8);
    assertThat(training(SMALL).localSteps()).isNull();
  }

  @Test
  void gradientsAreClippedWhereTheJobSaysSo() {
    assertThat(training(SMALL + "clipNorm: 0.5\n").clipNorm()).isEqualTo(0.5);
    assertThat(training(SMALL).clipNorm()).isZero();
  }

  @Test
  void theObjectiveFollowsTheTargetAndTheSplitFollowsTheSeed() {
    TrainingSpec prices =
        training(
            """
            kind: training
            dataset: {file: houses.csv, label: price, target: regression}
            model: {layers: [{dense: 1}]}
            optimizer: {sgd: {learningRate: 0.1, momentum: 0.9, nesterov: true}}
            schedule: {step: {everyEpochs: 3, factor: 0.5}}
            epochs: 5
            seed: 42
            """);
    assertThat(prices.objective()).isEqualTo(Objective.MEAN_SQUARED_ERROR);
    assertThat(prices.dataset().splitSeed()).isEqualTo(42);
    assertThat(prices.optimizer()).isEqualTo(new Sgd(0.9, true, 0));
    assertThat(prices.schedule()).isEqualTo(new StepDecay(3, 0.5));
  }

  @Test
  void inferenceNamesAModelAndAVersion() {
    String text = "kind: inference\nmodel: %s\ndataset: {artifact: '" + DIGEST + "'}\n";
    assertThat(parsed(text.formatted("digits")).spec().work())
        .isEqualTo(
            new InferenceSpec(
                "digits",
                "latest",
                new DatasetSpec(
                    DIGEST,
                    null,
                    null,
                    List.of(),
                    Target.CLASSIFICATION,
                    0,
                    null,
                    0,
                    Rows.ALL,
                    Scaling.STANDARD,
                    Scaling.STANDARD),
                InferenceSpec.BATCH_FOUND,
                List.of()));
    assertThat(((InferenceSpec) parsed(text.formatted("digits@3")).spec().work()).version())
        .isEqualTo("3");
    assertOnly(text.formatted("digits@0"), "model", "'0' cannot be a version");
    assertOnly(text.formatted("'@1'"), "model", "cannot be a model's name");
  }

  @Test
  void jsonMeansTheSameAsYaml() {
    String json =
        """
        {
        \t"kind": "training",
        \t"name": "a\\/b \\ud83d\\ude00",
        \t"dataset": {"file": "flowers.csv", "label": "species"},
        \t"model": {"layers": [{"dense": 16}, "relu", {"dense": 3}]},
        \t"epochs": 5
        }
        """;
    assertThat(parsed(json).spec().name()).isEqualTo("a/b 😀");
    assertThat(parsed(json).spec().work()).isEqualTo(parsed(SMALL).spec().work());
    assertThat(
            parsed(
                    "{\"kind\": training, dataset: {file: flowers.csv, label: species},"
                        + " model: {layers: [{dense: 16}, relu, {dense: 3}]}, epochs: 5}")
                .spec())
        .isEqualTo(parsed(SMALL).spec());
  }

  @Test
  void filesBecomeDigestsOnceTheyAreStored() {
    JobFileResult.Parsed job =
        parsed(
            """
            kind: training
            dataset: {file: train.csv, label: y, holdout: {file: test.csv}}
            model: {input: [4], torchscript: nets/model.pt}
            epochs: 5
            """);
    var train = new FileReference("dataset.file", "train.csv");
    var test = new FileReference("dataset.holdout.file", "test.csv");
    var net = new FileReference("model.torchscript", "nets/model.pt");
    assertThat(job.files()).containsExactlyInAnyOrder(train, test, net);
    TrainingSpec resolved =
        (TrainingSpec)
            job.resolve(Map.of(train, "sha256:1", test, "sha256:2", net, "sha256:3")).work();
    assertThat(resolved.dataset().artifact()).isEqualTo("sha256:1");
    assertThat(resolved.dataset().holdoutArtifact()).isEqualTo("sha256:2");
    assertThat(resolved.network()).isEqualTo(new TorchScript("sha256:3", List.of(4)));
    assertThatThrownBy(() -> job.resolve(Map.of(train, "sha256:1")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void tablesAreDescribedAsPeopleHaveThem() {
    TrainingSpec spec =
        (TrainingSpec)
            parsed(
                    """
                    kind: training
                    dataset:
                      file: pets.csv
                      label: y
                      delimiter: tab
                      skipLines: 2
                      comment: "#"
                      missing: most-frequent
                      categorical: [coat, 3]
                      stratified: true
                    model: {layers: [{dense: 2}]}
                    classWeights: {cat: 1, 7: 2.5}
                    epochs: 5
                    """)
                .spec()
                .work();
    assertThat(spec.dataset().csv()).isEqualTo(new CsvOptions("\t", 2, "#"));
    assertThat(spec.dataset().missing()).isEqualTo(Missing.MOST_FREQUENT);
    assertThat(spec.dataset().categorical()).containsExactly("coat", "3");
    assertThat(spec.dataset().stratified()).isTrue();
    assertThat(spec.classWeights())
        .isEqualTo(
            new ClassWeights(false, List.of(new ClassWeight("cat", 1), new ClassWeight("7", 2.5))));
    assertThat(
            ((TrainingSpec) parsed(SMALL + "classWeights: balanced").spec().work()).classWeights())
        .isEqualTo(new ClassWeights(true, List.of()));
  }

  @Test
  void wordsMayBeWrittenInCapitals() {
    var file = SMALL.replace("label: species", "label: species, delimiter: TAB");
    var spec = (TrainingSpec) parsed(file + "classWeights: Balanced").spec().work();
    assertThat(spec.dataset().csv().delimiter()).isEqualTo("\t");
    assertThat(spec.classWeights()).isEqualTo(new ClassWeights(true, List.of()));
  }

  // ------------------------------------------------------------------------------ what is wrong

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "delimiter: ';;' | dataset.delimiter",
        "delimiter: '' | dataset.delimiter",
        "delimiter: x | dataset.delimiter",
        "delimiter: '-' | dataset.delimiter",
        "delimiter: '.' | dataset.delimiter",
        "comment: '##' | dataset.comment",
        "comment: ',' | dataset.comment",
        "skipLines: -1 | dataset.skipLines",
        "missing: average | dataset.missing",
        "categorical: [coat, coat] | dataset.categorical[1]",
        "categorical: [species] | dataset.categorical[0]",
        "categorical: [''] | dataset.categorical[0]",
        "stratified: maybe | dataset.stratified",
      })
  void aTableThatCannotBeReadSoIsRefused(String field, String where) {
    assertThat(only(SMALL.replace("label: species", "label: species, " + field)).where())
        .isEqualTo(where);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{cat: 0} | classWeights.cat",
        "{cat: -1} | classWeights.cat",
        "{cat: 1e9} | classWeights.cat",
        "balancd | classWeights",
      })
  void classesCountMoreThanNothingAndLessThanAllTheWorld(String weights, String where) {
    assertThat(only(SMALL + "classWeights: " + weights).where()).isEqualTo(where);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "5 | 5 | LOSS | 0",
        "{patience: 3} | 3 | LOSS | 0",
        "{metric: accuracy, minDelta: 0.01} | 10 | ACCURACY | 0.01",
        "{} | 10 | LOSS | 0",
      })
  void trainingMayEndEarly(String text, int patience, ValidationMetric metric, double minDelta) {
    var job = HELD_OUT + "earlyStopping: " + text;
    assertThat(((TrainingSpec) parsed(job).spec().work()).earlyStopping())
        .isEqualTo(new EarlyStopping(patience, metric, minDelta));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | earlyStopping.patience",
        "{patience: -1} | earlyStopping.patience",
        "{minDelta: -0.1} | earlyStopping.minDelta",
        "{metric: rmse} | earlyStopping.metric",
        "{metric: auc} | earlyStopping.metric",
        "{patiense: 3} | earlyStopping.patiense",
        "soon | earlyStopping",
      })
  void whatWouldNeverEndOrSaysNothingIsRefused(String text, String where) {
    assertThat(only(HELD_OUT + "earlyStopping: " + text).where()).isEqualTo(where);
  }

  @Test
  void withoutHeldOutRowsNothingShowsWhetherThereIsAGain() {
    var cause = only(SMALL + "earlyStopping: 5");
    assertThat(cause.where()).isEqualTo("earlyStopping");
    assertThat(cause.mend()).contains("holdout: 0.2");
  }

  @Test
  void everyProblemIsFoundInOneReading() {
    List<Cause> problems =
        problems(
            """
            kind: training
            prioriti: high
            dataset: {file: a.csv, label: y}
            model:
              layers:
                - dense: {unit: 10}
                - rellu
            optimizer: {adam: {learningRate: fast}}
            epochs: five
            batch: 0
            register: my model
            """);
    assertThat(problems)
        .extracting(Cause::where)
        .containsExactlyInAnyOrder(
            "prioriti",
            "model.layers[0].dense.units",
            "model.layers[0].dense.unit",
            "model.layers[1]",
            "optimizer.adam.learningRate",
            "epochs",
            "batch",
            "register");
  }

  @Test
  void anUnknownFieldIsAnsweredWithTheNearestName() {
    Cause problem = only(SMALL + "optimizer: {adam: {learning_rate: 0.1}}\n");
    assertThat(problem.where()).isEqualTo("optimizer.adam.learning_rate");
    assertThat(problem.mend()).startsWith("Did you mean 'learningRate'?");
    assertThat(only(SMALL + "priority: hihg\n").mend()).startsWith("Did you mean 'high'?");
    assertThat(only(SMALL.replace("relu", "max-pool")).why()).contains("max-pool2d");
  }

  @Test
  void aRuleAboutAValueThatCouldNotBeReadIsNotToldTwice() {
    assertOnly(
        SMALL.replace("label: species", "label: species, target: regresion") + "objective: huber\n",
        "dataset.target",
        "'regresion'");
    assertOnly(SMALL + "batch: many\nshards: 128\n", "batch", "'many'");
    assertOnly(
        SMALL.replace("{dense: 16}", "{dense: sixteen}"), "model.layers[0].dense.units", "text");
  }

  @Test
  void wrongTypesAreNamed() {
    assertOnly(SMALL.replace("epochs: 5", "epochs: 5.5"), "epochs", "the number 5.5");
    assertOnly(SMALL.replace("epochs: 5", "epochs: '5x'"), "epochs", "the text '5x'");
    assertOnly(SMALL.replace("epochs: 5", "epochs: [5]"), "epochs", "a list");
    assertOnly(SMALL + "lanes: cpu\n", "lanes", "the text 'cpu'");
    assertOnly(SMALL + "lanes: [{a: b}]\n", "lanes[0]", "a group of fields");
    assertOnly(SMALL + "register: true\n", "register", "'true'");
    assertOnly(SMALL + "optimizer: [adam]\n", "optimizer", "does not say which");
    assertOnly(SMALL.replace("{file: flowers.csv, label: species}", "flowers.csv"), "dataset", "");
  }

  @Test
  void wordsThatAreMeantAreTakenWhetherQuotedOrNot() {
    assertThat(training(SMALL.replace("epochs: 5", "epochs: '5'")).length())
        .isEqualTo(new Epochs(5));
    assertThat(training(SMALL.replace("epochs: 5", "epochs: 5.0")).length())
        .isEqualTo(new Epochs(5));
    for (var rate : List.of("'0.25'", "25e-2", "2.5E-1", "\" 0.25 \"", "+.25")) {
      var job = training(SMALL + "optimizer: {Adam: {learningRate: " + rate + "}}\n");
      assertThat(job.learningRate()).as(rate).isEqualTo(0.25);
    }
    for (var word : List.of("false", "'false'", "No", "\"off\"", "FALSE")) {
      var header = SMALL.replace("label: species", "label: species, header: " + word);
      assertThat(training(header).dataset().header()).as(word).isFalse();
    }
    assertThat(training(SMALL.replace("label: species", "label: species, header: Auto")))
        .extracting(job -> job.dataset().header())
        .isNull();
    assertThat(parsed(SMALL.replace("kind: training", "kind: Training") + "priority: HIGH\n"))
        .extracting(job -> job.spec().priority())
        .isEqualTo(Priority.HIGH);
  }

  @Test
  void aCharacterThatLooksLikeAnotherIsNamed() {
    assertOnly(SMALL + "pri\u043erity: high\n", "pri\u043erity", "no field");
    assertThat(only(SMALL + "pri\u043erity: high\n").why()).contains("U+043E (CYRILLIC");
    assertThat(only(SMALL + "priority: \"high\u200b\"\n").why()).contains("U+200B");
    assertThat(only(SMALL + "name: \"a\\uD800b\"\n").what()).contains("U+D800");
  }

  @Test
  void numbersThatNoComputerHoldsAreProblems() {
    String many = "9".repeat(50_000);
    for (String number : List.of("99999999999999999999", many, "1e999", "-1e999")) {
      assertThat(only(SMALL.replace("epochs: 5", "epochs: " + number)).where()).isEqualTo("epochs");
    }
    String rate = SMALL + "optimizer: {adam: {learningRate: %s}}\n";
    assertThat(problems(rate.formatted("1e999"))).hasSize(1);
    assertThat(only(SMALL + "register: yes!\n").where()).isEqualTo("register");
    assertThat(only(rate.formatted(".nan")).what()).isEqualTo("This is not a number.");
    assertThat(problems(rate.formatted(".inf"))).hasSize(1);
  }

  @Test
  void whatIsMissingIsNamed() {
    assertOnly("name: x", "kind", "missing");
    assertOnly("kind: trainin", "kind", "'trainin'");
    assertThat(problems("kind: training"))
        .extracting(Cause::where)
        .contains("dataset.file", "model", "epochs");
    assertThat(problems("kind: inference"))
        .extracting(Cause::where)
        .containsExactlyInAnyOrder("dataset.file", "model");
    assertOnly(SMALL + "steps: 4\n", "epochs", "Both");
    assertOnly(SMALL.replace(", label: species", ""), "dataset.label", "No label");
  }

  @Test
  void onePlaceNamesOneThing() {
    assertOnly(
        SMALL.replace("file: flowers.csv", "file: flowers.csv, artifact: '" + DIGEST + "'"),
        "dataset.artifact",
        "Both");
    assertOnly(SMALL.replace("layers: [", "torchscript: a.pt, layers: ["), "model.layers", "Both");
    assertOnly(SMALL.replace("{dense: 16}", "{dense: 16, relu: {}}"), "model.layers[0]", "which");
  }

  @Test
  void fieldsOfTheOtherKindOfJobAreUnknown() {
    assertOnly(SMALL + "columns: [row]\n", "columns", "no field 'columns'");
    assertOnly(
        "kind: inference\nmodel: digits\ndataset: {file: a.csv}\nepochs: 3\n",
        "epochs",
        "no field 'epochs'");
  }

  @Test
  void hundredsOfProblemsAreBounded() {
    StringBuilder text = new StringBuilder(SMALL);
    for (int i = 0; i < 500; i++) {
      text.append("field").append(i).append(": 1\n");
    }
    List<Cause> problems = problems(text.toString());
    assertThat(problems).hasSize(Problems.SHOWN_MAX + 1);
    assertThat(problems.getLast().what()).isEqualTo("and 480 more problems.");
  }
}
