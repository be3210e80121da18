package dev.sluice.producer.cli;

import dev.sluice.producer.api.CauseView;
import dev.sluice.schemas.accelerator.AcceleratorModel;
import dev.sluice.schemas.accelerator.Catalogue;
import dev.sluice.schemas.accelerator.CatalogueFiles;
import dev.sluice.schemas.accelerator.CatalogueResult;
import dev.sluice.schemas.accelerator.NumberFormat;
import dev.sluice.schemas.cost.CostModel;
import dev.sluice.schemas.cost.ModelCost;
import dev.sluice.schemas.cost.ModelCosts;
import dev.sluice.schemas.cost.Prediction;
import dev.sluice.schemas.cost.Scenario;
import dev.sluice.schemas.cost.TrainingCost;
import dev.sluice.schemas.cost.TrainingPrediction;
import dev.sluice.schemas.cost.Workload;
import dev.sluice.schemas.document.Spelling;
import dev.sluice.schemas.job.NearestName;
import dev.sluice.schemas.job.Problems;
import dev.sluice.schemas.wire.Cause;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows what the cost model says of a model on a kind of device. It needs no server. */
@Command(
    name = "predict",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Predict how fast accelerators run or train a well-known model.",
      "The answer is modelled from published figures; nothing is measured."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:there is a prediction",
      "1:the model can't run there, or too little is published to say",
      "2:there is no such accelerator or model, or an option or catalogue file is wrong"
    })
final class PredictCommand implements Callable<Integer> {

  /** Most devices of one prediction. */
  static final int COUNT_MAX = 1_000_000;

  /** Most samples or tokens of a step on one device. */
  static final long BATCH_MAX = 1_000_000_000;

  private static final int BATCH_SAMPLES = 32;
  private static final int BATCH_TOKENS = 4_096;

  @Spec CommandSpec spec = CommandSpec.create(); // set by picocli

  @Option(
      names = "--accelerator",
      required = true,
      paramLabel = "ID",
      description = "The accelerator model; `sluice accelerators` lists all.")
  String accelerator = "";

  @Option(
      names = "--model",
      required = true,
      paramLabel = "ID",
      description = "The model, such as resnet50, or its name in MLPerf, such as bert-99.")
  String model = "";

  @Option(
      names = "--scenario",
      paramLabel = "NAME",
      description = {
        "offline: all samples are there, their rate counts (the default);",
        "single-stream: one sample at a time, its latency counts."
      })
  @Nullable String scenario;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "Number format, such as int8; without it the fastest that suits the model.")
  @Nullable String format;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "Number of accelerators, 1 to 1000000; the default is ${DEFAULT-VALUE}.")
  long count = 1;

  @Option(names = "--train", description = "Predict a step of data-parallel training.")
  boolean train;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = {
        "With --train: samples of a step on each accelerator, tokens for language models;",
        "the default is 32 samples or 4096 tokens."
      })
  @Nullable Long batch;

  @Option(
      names = "--catalogue",
      paramLabel = "FILE",
      description = {
        "A file of accelerators of your own, or a directory of such files; may be repeated.",
        "Those of the environment's " + CatalogueFiles.ENVIRONMENT + " are read as well."
      })
  List<Path> files = new ArrayList<>();

  @Option(names = "--json", description = "Print one JSON document instead of text.")
  boolean json;

  /** An option only so that its default can be the environment's. */
  @Option(
      names = "--environment-catalogue",
      hidden = true,
      defaultValue = "${env:" + CatalogueFiles.ENVIRONMENT + ":-}")
  String environment = "";

  @Override
  public Integer call() {
    var output = new Output(spec.commandLine().getOut(), spec.commandLine().getErr(), json);
    var all = new ArrayList<>(CatalogueFiles.paths(environment));
    all.addAll(files);
    var code =
        switch (Catalogue.load(all)) {
          case CatalogueResult.Sound(var catalogue) -> answer(catalogue, output);
          case CatalogueResult.Invalid(var problems) -> refuse(problems, output);
        };
    return code.code();
  }

  private ExitCode answer(Catalogue catalogue, Output output) {
    var problems = new Problems();
    var device = catalogue.find(accelerator);
    if (device.isEmpty()) {
      problems.add(
          "--accelerator",
          "There is no accelerator model '" + accelerator + "'.",
          "The catalogue has " + catalogue.ids().size() + " others.",
          catalogue.nearest(accelerator) + "`sluice accelerators` lists all.");
    }
    var costs = ModelCosts.builtIn();
    var cost = costs.named(model);
    if (cost.isEmpty()) {
      problems.add(
          "--model",
          "There is no model '" + model + "'.",
          "Known are: " + String.join(", ", costs.names()) + ".",
          costs.nearest(model) + "Use one of these.");
    }
    checkNumbers(problems);
    var how = scenario(problems);
    var wanted = format(problems);
    if (device.isEmpty() || cost.isEmpty() || problems.any()) {
      return refuse(problems.list(), output);
    }
    return train
        ? train(device.get(), cost.get(), wanted, output)
        : infer(device.get(), cost.get(), how, wanted, output);
  }

  private void checkNumbers(Problems problems) {
    if (count < 1 || count > COUNT_MAX) {
      problems.add(
          "--count",
          "The number of accelerators is " + count + ".",
          "A prediction is for 1 to " + COUNT_MAX + ".",
          "Give a number in between.");
    }
    if (batch != null && (batch < 1 || batch > BATCH_MAX)) {
      problems.add(
          "--batch",
          "The batch is " + batch + ".",
          "A step has 1 to " + BATCH_MAX + " samples or tokens on each accelerator.",
          "Give a number in between.");
    }
    if (batch != null && !train) {
      problems.add(
          "--batch",
          "A batch is given without --train.",
          "Predictions of inference choose the batch.",
          "Add --train, or leave --batch out.");
    }
  }

  private Scenario scenario(Problems problems) {
    if (scenario == null) {
      return Scenario.OFFLINE;
    }
    if (train) {
      problems.add(
          "--scenario",
          "A scenario is given with --train.",
          "Scenarios are about inference.",
          "Leave out one of the two.");
    }
    var found = Scenario.of(scenario);
    if (found.isEmpty()) {
      unknown("--scenario", scenario, Spelling.all(Scenario.class), problems);
    }
    return found.orElse(Scenario.OFFLINE);
  }

  private Optional<NumberFormat> format(Problems problems) {
    if (format == null) {
      return Optional.empty();
    }
    var found = NumberFormat.of(format);
    if (found.isEmpty()) {
      unknown("--format", format, NumberFormat.labels(), problems);
    }
    return found;
  }

  private static void unknown(
      String where, String value, List<String> candidates, Problems problems) {
    problems.add(
        where,
        "There is no '" + value + "' here.",
        "Known are: " + String.join(", ", candidates) + ".",
        NearestName.hint(value, candidates) + "Use one of these.");
  }

  private ExitCode infer(
      AcceleratorModel device,
      ModelCost cost,
      Scenario how,
      Optional<NumberFormat> wanted,
      Output output) {
    var question = new PredictAnswer.Question(device, cost, how, wanted, (int) count);
    var prediction =
        CostModel.builtIn().predict(device, Workload.of(cost), how, wanted, (int) count);
    output.result(PredictAnswer.json(question, prediction), PredictText.of(question, prediction));
    return switch (prediction) {
      case Prediction.Predicted predicted -> ExitCode.OK;
      case Prediction.Impossible impossible -> ExitCode.JOB_FAILED;
      case Prediction.Unknown unknown -> ExitCode.JOB_FAILED;
    };
  }

  private ExitCode train(
      AcceleratorModel device, ModelCost cost, Optional<NumberFormat> wanted, Output output) {
    var workload = Workload.of(cost);
    var tokens = PredictAnswer.isOfTokens(workload);
    long samples = batch != null ? batch : tokens ? BATCH_TOKENS : BATCH_SAMPLES;
    var question =
        new PredictAnswer.TrainingQuestion(device, cost, wanted, samples, tokens, (int) count);
    var prediction = TrainingCost.predict(device, workload, wanted, samples, (int) count);
    output.result(PredictAnswer.json(question, prediction), PredictText.of(question, prediction));
    return switch (prediction) {
      case TrainingPrediction.Predicted predicted -> ExitCode.OK;
      case TrainingPrediction.Impossible impossible -> ExitCode.JOB_FAILED;
      case TrainingPrediction.Unknown unknown -> ExitCode.JOB_FAILED;
    };
  }

  private static ExitCode refuse(List<Cause> problems, Output output) {
    output.error(
        Trouble.BAD_INPUT,
        problems.size() == 1
            ? "There is a problem."
            : "There are " + problems.size() + " problems.",
        problems.stream().map(CauseView::of).toList());
    return ExitCode.BAD_INPUT;
  }
}
