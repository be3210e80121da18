package dev.sluice.worker.tasks;

import dev.sluice.jobs.dataset.ClassWeighting;
import dev.sluice.jobs.dataset.Dataset;
import dev.sluice.jobs.dataset.Rounds;
import dev.sluice.jobs.dataset.RowSet;
import dev.sluice.jobs.network.NetworkShapes;
import dev.sluice.jobs.rules.FoldMemory;
import dev.sluice.jobs.rules.JobLimits;
import dev.sluice.jobs.rules.ModelRecord;
import dev.sluice.platform.artifact.ArtifactMissing;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.DatasetFacts;
import dev.sluice.schemas.wire.InferencePrepared;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.Network;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.TorchScript;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.engine.TrainingEngine;
import dev.sluice.worker.engine.TrainingLoss;
import dev.sluice.worker.engine.TrainingProgram;
import dev.sluice.worker.work.PrepareWork;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Finds out what a job is: reads its data set, builds its network, and checks that they fit. */
public final class PrepareTask {

  /** Enough rows to see whether the network takes them; one alone has no variance. */
  private static final int ROWS_TRIED = 2;

  private final Datasets datasets;
  private final Files files;
  private final TrainingEngine engine;

  /**
   * @param datasets reads data sets
   * @param files holds TorchScript files
   * @param engine builds networks
   */
  public PrepareTask(Datasets datasets, Files files, TrainingEngine engine) {
    this.datasets = datasets;
    this.files = files;
    this.engine = engine;
  }

  /**
   * Prepares a job.
   *
   * @throws TaskProblem where data set and network do not fit, with every problem found
   * @throws ArtifactMissing where a file is not stored
   * @throws EngineException where the network cannot be built
   */
  public Outcome run(PrepareWork work) throws TaskProblem, ArtifactMissing, EngineException {
    return switch (work.work()) {
      case TrainingSpec training -> prepare(training);
      case InferenceSpec inference -> prepare(inference, work.model());
      case QuantisationSpec _, PredictionSpec _ ->
          throw new TaskProblem(
              new Cause(
                  Code.DEFECT,
                  "kind",
                  "Such a job is not prepared.",
                  "Its one task reads what it needs.",
                  "Report the defect."),
              false);
    };
  }

  private TrainingPrepared prepare(TrainingSpec spec)
      throws TaskProblem, ArtifactMissing, EngineException {
    var dataset = datasets.forTraining(spec.dataset());
    var training = dataset.training();
    if (training.size() == 0) {
      throw badInput(
          Code.NO_ROWS,
          "dataset",
          "No row is left for training.",
          "The file has " + dataset.holdout().size() + " rows, and all are held out.",
          "Lower dataset.holdout, or use a file with more rows.");
    }
    if (spec.earlyStopping() != null && dataset.holdout().countLabelled() == 0) {
      throw badInput(
          Code.NO_ROWS,
          "earlyStopping",
          "Training is to end early, but no row with a label is held out.",
          "Whether there is still a gain shows on rows that are not trained on; of "
              + dataset.holdout().size()
              + " rows that are held out none has a label.",
          "Raise dataset.holdout, name a file of held-out rows with labels, or leave it out.");
    }
    var input = input(spec.network(), dataset.features());
    var weighting = ClassWeighting.of(spec.classWeights(), dataset);
    if (!weighting.problems().isEmpty()) {
      throw TaskProblem.badInput(weighting.problems());
    }
    var loss = new TrainingLoss(spec.objective(), weighting.weights());
    try (var program = engine.open(spec.network(), input, loss, script(spec.network()))) {
      requireFoldable(spec, program.floats());
      requireClippable(spec, program.floats());
      var problems =
          NetworkShapes.checkOutputs(
              program.outputs(),
              spec.objective(),
              spec.dataset().target(),
              dataset.classes().size());
      if (!problems.isEmpty()) {
        throw TaskProblem.badInput(problems);
      }
      var facts = facts(spec, dataset, input, program, weighting.weights());
      var tooLarge = ModelRecord.objection(facts);
      if (tooLarge.isPresent()) {
        throw new TaskProblem(tooLarge.get(), false);
      }
      tryOut(spec, dataset, program);
      var rounds = Rounds.of(spec, training.size());
      requireReplicable(spec, rounds, program);
      return new TrainingPrepared(
          new DatasetFacts(
              spec.dataset().artifact(),
              training.size(),
              dataset.holdout().size(),
              training.countLabelled(),
              dataset.dropped()),
          facts,
          rounds.perEpoch(),
          rounds.count());
    }
  }

  /** Whether shards can make their steps by themselves, where they are to. */
  private static void requireReplicable(TrainingSpec spec, Rounds rounds, TrainingProgram program)
      throws TaskProblem {
    if (spec.localSteps() == null) {
      return;
    }
    if (program.floats() > program.parameters()) {
      throw badInput(
          Code.CONTRADICTION,
          "localSteps",
          "Replicas are to make steps by themselves, and the network has statistics.",
          String.format(
              Locale.ROOT,
              "It keeps %d values that are not trained, as batch-norm does. Each replica would have"
                  + " its own, and they have no mean that its parameters were trained for.",
              program.floats() - program.parameters()),
          "Use a network without such buffers, or leave localSteps out.");
    }
    if (rounds.local() > rounds.stepsPerEpoch()) {
      throw badInput(
          Code.OUT_OF_RANGE,
          "localSteps.steps",
          "Replicas are to make " + rounds.local() + " steps between two exchanges.",
          "An epoch has "
              + rounds.stepsPerEpoch()
              + ", and replicas exchange at its end: held-out rows are looked at there.",
          "Set it to " + rounds.stepsPerEpoch() + " or less, or lower batch.");
    }
  }

  /** Blocks are folded each by itself, and a gradient's length is that of all of it. */
  private static void requireClippable(TrainingSpec spec, long floats) throws TaskProblem {
    if (spec.clipNorm() > 0 && spec.localSteps() == null && floats > Topic.BLOCK_FLOATS) {
      throw badInput(
          Code.OUT_OF_RANGE,
          "clipNorm",
          String.format(
              Locale.ROOT, "Gradients of %d values are to be clipped by their length.", floats),
          String.format(
              Locale.ROOT,
              "That is known where all of a gradient is in one block, which has up to %d values;"
                  + " larger networks have several, which are folded each by itself.",
              Topic.BLOCK_FLOATS),
          "Use a network of at most "
              + Topic.BLOCK_FLOATS
              + " values, or localSteps, whose replicas clip in their own steps; or leave clipNorm"
              + " out, and set warmupSteps or a lower learningRate.");
    }
  }

  /** A coordinator that ran out of memory would end the jobs of others too. */
  private static void requireFoldable(TrainingSpec spec, long floats) throws TaskProblem {
    var memory = FoldMemory.of(spec, floats);
    if (memory.bytes() > JobLimits.FOLD_BYTES_MAX) {
      throw new TaskProblem(
          new Cause(
              Code.TRAINING_TOO_LARGE,
              "network",
              String.format(
                  Locale.ROOT,
                  "The training needs %d MiB of a coordinator's memory, and a job may take %d MiB.",
                  mebibytes(memory.bytes()),
                  mebibytes(JobLimits.FOLD_BYTES_MAX)),
              String.format(
                  Locale.ROOT,
                  "%d values of 4 bytes are kept in %d generations, %d vectors of the optimizer and"
                      + " up to %d sums of %d shards.",
                  floats,
                  memory.generations(),
                  memory.moments(),
                  memory.sums(),
                  spec.shards()),
              "Use a smaller network, fewer shards, or an optimizer that keeps less, such as sgd"
                  + " without momentum."),
          false);
    }
  }

  private static long mebibytes(long bytes) {
    return Math.ceilDiv(bytes, 1L << 20);
  }

  private byte @Nullable [] script(Network network) throws ArtifactMissing {
    return switch (network) {
      case LayerStack stack -> null;
      case TorchScript script -> files.get(script.artifact());
    };
  }

  private static List<Integer> input(Network network, int columns) throws TaskProblem {
    var declared =
        switch (network) {
          case LayerStack stack -> stack.input();
          case TorchScript script -> script.input();
        };
    if (declared.isEmpty()) {
      return List.of(columns);
    }
    long values = declared.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
    if (values != columns) {
      throw badInput(
          Code.INPUT_MISMATCH,
          "network.input",
          "The network takes " + values + " values per sample " + declared + ".",
          "The data set has " + columns + " feature columns.",
          "Make the product of network.input the number of feature columns.");
    }
    return declared;
  }

  /** What only shows when samples pass through: a TorchScript network may want another shape. */
  private void tryOut(TrainingSpec spec, Dataset dataset, TrainingProgram program)
      throws EngineException {
    RowSet rows = dataset.training();
    int n = Math.min(ROWS_TRIED, rows.size());
    long bytes = Math.max(1, program.floats()) * Float.BYTES;
    try (var arena = Arena.ofConfined();
        var batch = new Batch(dataset.features(), program.outputs(), spec.objective())) {
      var flat = arena.allocate(bytes, TrainingProgram.ALIGNMENT_BYTES);
      var gradient = arena.allocate(bytes, TrainingProgram.ALIGNMENT_BYTES);
      program.initialise(spec.seed(), flat);
      batch.takeScaled(rows, IntStream.range(0, n).toArray());
      program.gradient(flat, batch.features(), batch.labels(), n, spec.seed(), gradient);
    }
  }

  private static NetworkFacts facts(
      TrainingSpec spec,
      Dataset dataset,
      List<Integer> input,
      TrainingProgram program,
      List<Double> classWeights) {
    return new NetworkFacts(
        spec.network(),
        input,
        program.outputs(),
        spec.objective(),
        dataset.classes(),
        dataset.featureNames(),
        dataset.featureScale(),
        dataset.targetScale(),
        program.tensors(),
        program.parameters(),
        program.floats(),
        classWeights,
        dataset.columns());
  }

  private InferencePrepared prepare(InferenceSpec spec, @Nullable ModelVersion model)
      throws TaskProblem, ArtifactMissing {
    if (model == null) {
      throw new TaskProblem(
          new Cause(
              Code.DEFECT,
              "model",
              "The task names no model version.",
              "The ledger resolves it before a job is prepared.",
              "Report the defect."),
          false);
    }
    var dataset = datasets.forInference(spec.dataset(), model.network());
    long values =
        model.network().input().stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
    if (values != dataset.features()) {
      throw badInput(
          Code.COLUMNS_MISMATCH,
          "dataset.features",
          "The data set has " + dataset.features() + " feature columns.",
          "Model " + model.name() + " takes " + values + ".",
          "Name the model's feature columns in dataset.features, in its order.");
    }
    var rows = dataset.selected();
    return new InferencePrepared(
        new DatasetFacts(spec.dataset().artifact(), rows.size(), 0, rows.countLabelled()));
  }

  private static TaskProblem badInput(
      Code code, String where, String what, String why, String mend) {
    return TaskProblem.badInput(List.of(new Cause(code, where, what, why, mend)));
  }
}
