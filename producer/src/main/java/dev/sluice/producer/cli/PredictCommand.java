package dev.sluice.producer.cli;

import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.Catalogue;
import dev.sluice.accelerators.catalogue.CatalogueResult;
import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.accelerators.cost.CostModel;
import dev.sluice.accelerators.cost.ModelCost;
import dev.sluice.accelerators.cost.ModelCosts;
import dev.sluice.accelerators.cost.Scenario;
import dev.sluice.accelerators.cost.TrainingCost;
import dev.sluice.accelerators.cost.Workload;
import dev.sluice.schemas.problem.NearestName;
import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Code;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Predicts how fast an accelerator runs a well-known model. It needs no server. */
@Command(
    name = "predict",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Predict how fast an accelerator runs a well-known model, how much energy that takes, and"
          + " what bounds it.",
      "Everything is modelled, not measured: the interval holds the measured value in four of five"
          + " cases. Energy counts the accelerators at their thermal design power, hence at most."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:here is the prediction",
      "1:it can't run there, or a figure that is needed isn't published; the reasons are told",
      "2:the command line or a catalogue file is wrong"
    })
final class PredictCommand implements Callable<Integer> {

  private static final long BATCH_MAX = 1_000_000_000;
  private static final long BATCH_ROWS = 32;
  private static final long BATCH_TOKENS = 4096;

  /** What `--model` may name, as the help lists it. */
  private static final class ModelNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      var costs = ModelCosts.builtIn();
      return Stream.concat(costs.ids().stream(), costs.names().stream()).distinct().iterator();
    }
  }

  /** What `--scenario` may name. */
  private static final class ScenarioNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Scenario.labels().iterator();
    }
  }

  /** What `--format` may name. */
  private static final class FormatNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return NumberFormat.labels().iterator();
    }
  }

  @Spec CommandSpec spec = CommandSpec.create(); // set by picocli

  @Option(
      names = "--accelerator",
      required = true,
      paramLabel = "ID",
      description = "The accelerator model; `sluice accelerators` lists them.")
  String accelerator = "";

  @Option(
      names = "--model",
      required = true,
      paramLabel = "ID",
      completionCandidates = ModelNames.class,
      description = {
        "The model, by its name or by one of MLPerf's: ${COMPLETION-CANDIDATES}.",
        "Names that end in -99.9 ask for so much of the accuracy, in which no whole numbers are"
            + " used. Of some models only training is known; the answer says so."
      })
  String model = "";

  @Option(
      names = "--scenario",
      paramLabel = "NAME",
      completionCandidates = ScenarioNames.class,
      description = {
        "One of ${COMPLETION-CANDIDATES}.",
        "offline (the default): all samples are there, throughput counts.",
        "single-stream: one sample after the other, the 90th percentile of latency counts."
      })
  @Nullable String scenario;

  @Option(
      names = "--format",
      paramLabel = "NAME",
      completionCandidates = FormatNames.class,
      description =
          "Number format, one of ${COMPLETION-CANDIDATES}; the one predicted fastest of those that"
              + " suit the model if left out.")
  @Nullable String format;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "1",
      description = {
        "Number of accelerators, 1 if left out. Offline samples per second are those of all.",
        "A large language model may spread over several of them."
      })
  long count = 1;

  @Option(
      names = "--train",
      description = "Predict a step of training with Adam instead of inference.")
  boolean train;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description =
          "With --train: samples per accelerator and step, or tokens of a language model; "
              + BATCH_ROWS
              + " samples or "
              + BATCH_TOKENS
              + " tokens if left out.")
  @Nullable Long batch;

  @Mixin CatalogueOptions catalogues = new CatalogueOptions();

  @Option(names = "--json", description = "Print one JSON document instead of text.")
  boolean json;

  @Override
  public Integer call() {
    var output = new Output(spec.commandLine().getOut(), spec.commandLine().getErr(), json);
    var code =
        switch (catalogues.load()) {
          case CatalogueResult.Sound(var catalogue) -> predict(catalogue, output);
          case CatalogueResult.Invalid(var problems) -> CatalogueOptions.refuse(problems, output);
        };
    return code.code();
  }

  private ExitCode predict(Catalogue catalogue, Output output) {
    var problems = new Problems();
    var device = accelerator(catalogue, problems);
    var cost = model(problems);
    var asked = format(problems);
    var arrival = scenario(problems);
    checkNumbers(problems);
    if (problems.any() || device.isEmpty() || cost.isEmpty()) {
      return CatalogueOptions.refuse(problems.list(), output);
    }
    return train
        ? train(device.get(), cost.get(), asked, output)
        : infer(device.get(), cost.get(), arrival, asked, output);
  }

  private ExitCode infer(
      AcceleratorModel device,
      ModelCost cost,
      Scenario arrival,
      Optional<NumberFormat> asked,
      Output output) {
    var workload = Workload.of(cost);
    var prediction = CostModel.builtIn().predict(device, workload, arrival, asked, (int) count);
    var report =
        new PredictionReport(device, cost.id(), (int) count, asked.map(NumberFormat::label));
    return report.inference(prediction, workload, arrival, output);
  }

  private ExitCode train(
      AcceleratorModel device, ModelCost cost, Optional<NumberFormat> asked, Output output) {
    var workload = Workload.of(cost);
    long samples = batch == null ? usualBatch(workload) : batch;
    var prediction = TrainingCost.predict(device, workload, asked, samples, (int) count);
    var report =
        new PredictionReport(device, cost.id(), (int) count, asked.map(NumberFormat::label));
    return report.training(prediction, workload, samples, output);
  }

  private static long usualBatch(Workload workload) {
    return switch (workload) {
      case Workload.FeedForward network -> BATCH_ROWS;
      case Workload.Decoder decoder -> BATCH_TOKENS;
      case Workload.TrainingOnly training -> BATCH_TOKENS;
      case Workload.Unknown unknown -> BATCH_ROWS;
    };
  }

  private Optional<AcceleratorModel> accelerator(Catalogue catalogue, Problems problems) {
    var found = catalogue.find(accelerator);
    if (found.isEmpty()) {
      problems.add(CatalogueOptions.unknown("--accelerator", accelerator, catalogue));
    }
    return found;
  }

  private Optional<ModelCost> model(Problems problems) {
    var costs = ModelCosts.builtIn();
    var found = costs.find(model);
    if (found.isEmpty()) {
      problems.add(
          Code.NO_SUCH_MODEL,
          "--model",
          "There is no model '" + model + "' whose cost is known.",
          "Known are: " + String.join(", ", costs.ids()) + ", and MLPerf's names for them.",
          costs.nearest(model) + "Use one of these.");
    }
    return found;
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

  private Scenario scenario(Problems problems) {
    if (scenario == null) {
      return Scenario.OFFLINE;
    }
    if (train) {
      problems.add(
          Code.CONTRADICTION,
          "--scenario",
          "A scenario is given for training.",
          "It tells how samples of inference come.",
          "Leave out --scenario or --train.");
    }
    var found =
        Arrays.stream(Scenario.values())
            .filter(candidate -> candidate.label().equals(scenario))
            .findFirst();
    if (found.isEmpty()) {
      unknown("--scenario", scenario, Scenario.labels(), problems);
    }
    return found.orElse(Scenario.OFFLINE);
  }

  private static void unknown(
      String where, String value, List<String> candidates, Problems problems) {
    problems.add(
        Code.UNKNOWN_CHOICE,
        where,
        "There is no '" + value + "' here.",
        "Known are: " + String.join(", ", candidates) + ".",
        NearestName.hint(value, candidates) + "Use one of these.");
  }

  private void checkNumbers(Problems problems) {
    if (count < 1 || count > CostModel.COUNT_MAX) {
      problems.add(
          Code.OUT_OF_RANGE,
          "--count",
          "The number of accelerators is " + count + ".",
          "It must be from 1 to " + CostModel.COUNT_MAX + ".",
          "Give a number in this range.");
    }
    if (batch != null && !train) {
      problems.add(
          Code.CONTRADICTION,
          "--batch",
          "A batch is given for inference.",
          "Its batch is the fastest one offline, and 1 in a single stream.",
          "Leave out --batch, or add --train.");
    }
    if (batch != null && (batch < 1 || batch > BATCH_MAX)) {
      problems.add(
          Code.OUT_OF_RANGE,
          "--batch",
          "The batch is " + batch + ".",
          "It must be from 1 to " + BATCH_MAX + ".",
          "Give a number in this range.");
    }
  }
}
