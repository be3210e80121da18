package dev.sluice.producer.spec;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.platform.document.Named;
import dev.sluice.platform.document.Section;
import dev.sluice.platform.document.Spelling;
import dev.sluice.schemas.wire.Adam;
import dev.sluice.schemas.wire.AdamW;
import dev.sluice.schemas.wire.ClassWeight;
import dev.sluice.schemas.wire.ClassWeights;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.Cosine;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.EarlyStopping;
import dev.sluice.schemas.wire.Epochs;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.Length;
import dev.sluice.schemas.wire.Linear;
import dev.sluice.schemas.wire.LocalSteps;
import dev.sluice.schemas.wire.Network;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.Optimizer;
import dev.sluice.schemas.wire.Schedule;
import dev.sluice.schemas.wire.Sgd;
import dev.sluice.schemas.wire.StepDecay;
import dev.sluice.schemas.wire.Steps;
import dev.sluice.schemas.wire.SumEncoding;
import dev.sluice.schemas.wire.SumFormat;
import dev.sluice.schemas.wire.Target;
import dev.sluice.schemas.wire.TorchScript;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.ValidationMetric;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads what a training job has beside its data set. */
final class TrainingReader {

  private static final List<String> OPTIMIZERS = List.of("sgd", "adam", "adamw");
  private static final List<String> CLASS_WEIGHTS = List.of("none", "balanced");
  private static final List<String> SCHEDULES = List.of("constant", "step", "cosine", "linear");

  private static final List<String> ENCODINGS = List.of("fp32", "bf16", "int8");

  private static final int PATIENCE = 10;
  private static final int SHARDS = 4;

  /**
   * Shards that make steps by themselves: the more there are, the fewer rows each has of a step.
   */
  private static final int REPLICAS = 2;

  private static final double OUTER_RATE = 0.7;
  private static final double OUTER_MOMENTUM = 0.9;

  private TrainingReader() {}

  /** An optimizer and the learning rate that is written with it. */
  private record Rule(Optimizer optimizer, double learningRate) {}

  /** A schedule and the warm-up that is written with it. */
  private record Course(Schedule schedule, long warmupSteps) {}

  static TrainingSpec read(Section job, List<FileReference> files) {
    long seed = job.whole("seed", 0);
    var dataset = DatasetReader.read(job.section("dataset"), files, seed);
    var network = network(job, files);
    var rule = rule(job);
    var course = course(job);
    var localSteps = localSteps(job);
    return new TrainingSpec(
        dataset,
        network,
        job.choice("objective", Objective.class, objective(dataset)),
        rule.optimizer(),
        rule.learningRate(),
        course.schedule(),
        course.warmupSteps(),
        job.small("batch", 64),
        job.small("shards", localSteps == null ? SHARDS : REPLICAS),
        length(job),
        seed,
        job.text("register"),
        classWeights(job),
        earlyStopping(job),
        encoding(job),
        localSteps,
        job.number("clipNorm", 0));
  }

  /** {@code localSteps: 20} or with its fields. */
  private static @Nullable LocalSteps localSteps(Section job) {
    if (!job.has("localSteps")) {
      return null;
    }
    if (!job.raw("localSteps").isObject()) {
      return new LocalSteps(job.small("localSteps", 1), OUTER_RATE, OUTER_MOMENTUM, true);
    }
    var fields = job.section("localSteps");
    if (!fields.has("steps")) {
      fields.missing("steps", "It says how many steps a replica makes between two exchanges.");
    }
    var local =
        new LocalSteps(
            fields.small("steps", 1),
            fields.number("learningRate", OUTER_RATE),
            fields.number("momentum", OUTER_MOMENTUM),
            fields.flag("nesterov", true));
    fields.end();
    return local;
  }

  /** {@code encoding: int8} or with its fields. */
  private static SumEncoding encoding(Section job) {
    var named = Named.of(job, "encoding", "fp32", ENCODINGS);
    var fields = named.fields();
    var format = SumFormat.valueOf(named.name().toUpperCase(Locale.ROOT));
    var encoding = new SumEncoding(format, fields.small("groups", 0));
    fields.end();
    return encoding;
  }

  private static ClassWeights classWeights(Section job) {
    var value = job.raw("classWeights");
    if (value.isMissingNode() || value.isTextual()) {
      var word = job.text("classWeights", "none");
      var meant = Spelling.normal(word);
      if (!CLASS_WEIGHTS.contains(meant)) {
        job.unknown(job.at("classWeights"), word, CLASS_WEIGHTS);
      }
      return meant.equals("balanced") ? new ClassWeights(true, List.of()) : ClassWeights.NONE;
    }
    var fields = job.section("classWeights");
    var weights = new ArrayList<ClassWeight>();
    for (var name : fields.names()) {
      weights.add(new ClassWeight(name, fields.number(name, 1)));
    }
    return new ClassWeights(false, weights);
  }

  /** {@code earlyStopping: 10} or with its fields. */
  private static @Nullable EarlyStopping earlyStopping(Section job) {
    if (!job.has("earlyStopping")) {
      return null;
    }
    if (!job.raw("earlyStopping").isObject()) {
      return new EarlyStopping(job.small("earlyStopping", PATIENCE), ValidationMetric.LOSS, 0);
    }
    var fields = job.section("earlyStopping");
    var stopping =
        new EarlyStopping(
            fields.small("patience", PATIENCE),
            fields.choice("metric", ValidationMetric.class, ValidationMetric.LOSS),
            fields.number("minDelta", 0));
    fields.end();
    return stopping;
  }

  private static Objective objective(DatasetSpec dataset) {
    return dataset.target() == Target.REGRESSION
        ? Objective.MEAN_SQUARED_ERROR
        : Objective.CROSS_ENTROPY;
  }

  private static Network network(Section job, List<FileReference> files) {
    if (!job.has("model")) {
      job.missing("model", "It says what to train, as a list of layers or a TorchScript file.");
      return new LayerStack(List.of(), List.of());
    }
    var model = job.section("model");
    var input = model.sizes("input");
    Network network;
    if (model.has("torchscript") || model.has("artifact")) {
      var artifact = DatasetReader.artifact(model, "torchscript", Paths.TORCHSCRIPT, files);
      network = new TorchScript(artifact == null ? JobFile.NOT_STORED : artifact, input);
      if (model.has("layers")) {
        model
            .problems()
            .add(
                Code.CONTRADICTION,
                model.at("layers"),
                "Both layers and a TorchScript file are given.",
                "Each is a whole network.",
                "Keep one of them.");
      }
    } else {
      if (!model.has("layers")) {
        model.missing("layers", "A network is a list of layers, or `torchscript: model.pt`.");
      }
      network = new LayerStack(input, LayerReader.read(model));
    }
    model.end();
    return network;
  }

  private static Rule rule(Section job) {
    var named = Named.of(job, "optimizer", "adam", OPTIMIZERS);
    var fields = named.fields();
    double rate = fields.number("learningRate", named.name().equals("sgd") ? 0.01 : 0.001);
    Optimizer optimizer =
        switch (named.name()) {
          case "sgd" ->
              new Sgd(
                  fields.number("momentum", 0),
                  fields.flag("nesterov", false),
                  fields.number("weightDecay", 0));
          case "adamw" ->
              new AdamW(
                  fields.number("beta1", 0.9),
                  fields.number("beta2", 0.999),
                  fields.number("epsilon", 1e-8),
                  fields.number("weightDecay", 0.01));
          default ->
              new Adam(
                  fields.number("beta1", 0.9),
                  fields.number("beta2", 0.999),
                  fields.number("epsilon", 1e-8),
                  fields.number("weightDecay", 0));
        };
    fields.end();
    return new Rule(optimizer, rate);
  }

  private static Course course(Section job) {
    var named = Named.of(job, "schedule", "constant", SCHEDULES);
    var fields = named.fields();
    long warmupSteps = fields.whole("warmupSteps", 0);
    Schedule schedule =
        switch (named.name()) {
          case "step" ->
              new StepDecay(fields.small("everyEpochs", 10), fields.number("factor", 0.1));
          case "cosine" -> new Cosine(fields.number("floor", 0));
          case "linear" -> new Linear(fields.number("floor", 0));
          default -> new Constant();
        };
    fields.end();
    return new Course(schedule, warmupSteps);
  }

  private static Length length(Section job) {
    JsonNode epochs = job.raw("epochs");
    JsonNode steps = job.raw("steps");
    if (epochs.isMissingNode() == steps.isMissingNode()) {
      job.problems()
          .add(
              epochs.isMissingNode() ? Code.MISSING_FIELD : Code.CONTRADICTION,
              "epochs",
              epochs.isMissingNode()
                  ? "Neither `epochs` nor `steps` is given."
                  : "Both `epochs` and `steps` are given.",
              "One of them says when training ends.",
              "Write one, such as `epochs: 20`.");
    }
    return steps.isMissingNode()
        ? new Epochs(job.small("epochs", 1))
        : new Steps(job.whole("steps", 1));
  }
}
