package dev.sluice.producer.spec;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.sluice.platform.document.Spelling;
import dev.sluice.schemas.codec.Digests;
import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.Adam;
import dev.sluice.schemas.wire.AdamW;
import dev.sluice.schemas.wire.AvgPool2d;
import dev.sluice.schemas.wire.BatchNorm;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.Conv2d;
import dev.sluice.schemas.wire.Cosine;
import dev.sluice.schemas.wire.CsvOptions;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Dropout;
import dev.sluice.schemas.wire.Epochs;
import dev.sluice.schemas.wire.Flatten;
import dev.sluice.schemas.wire.GlobalAvgPool;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.Layer;
import dev.sluice.schemas.wire.LayerNorm;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.Linear;
import dev.sluice.schemas.wire.MaxPool2d;
import dev.sluice.schemas.wire.Missing;
import dev.sluice.schemas.wire.Network;
import dev.sluice.schemas.wire.Optimizer;
import dev.sluice.schemas.wire.PlacementWishes;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.Schedule;
import dev.sluice.schemas.wire.Sgd;
import dev.sluice.schemas.wire.StepDecay;
import dev.sluice.schemas.wire.Steps;
import dev.sluice.schemas.wire.SumEncoding;
import dev.sluice.schemas.wire.TorchScript;
import dev.sluice.schemas.wire.TrainingSpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A job as JSON, with every field written out: what {@link JobFile} reads back to the same job.
 * Files appear as artifacts.
 */
public final class JobJson {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private JobJson() {}

  /** The job file of a job. */
  public static ObjectNode of(JobSpec spec) {
    var job = JSON.objectNode();
    job.put("kind", ApiWords.kind(spec.work()));
    job.put("name", spec.name());
    job.put("tenant", spec.tenant());
    job.put("priority", Spelling.of(spec.priority()));
    job.set("lanes", texts(spec.lanes()));
    job.put("unplaceable", Spelling.of(spec.unplaceable()));
    switch (spec.work()) {
      case TrainingSpec training -> write(training, job);
      case InferenceSpec inference -> write(inference, job);
      case QuantisationSpec quantisation -> write(quantisation, job);
      case PredictionSpec prediction -> write(prediction, job);
    }
    write(spec.wishes(), job);
    return job;
  }

  /** Digest of a job with every default filled in: two job files that mean the same have one. */
  public static String digest(JobSpec spec) {
    return Digests.sha256(of(spec).toString().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Wishes that a job does not have are left out, so that jobs of earlier releases keep their
   * digest.
   */
  private static void write(PlacementWishes wishes, ObjectNode job) {
    if (!wishes.notLanes().isEmpty()) {
      job.set("notLanes", texts(wishes.notLanes()));
    }
    if (wishes.measuredOnly()) {
      job.put("measuredOnly", true);
    }
    var aim = wishes.aim();
    if (aim != null) {
      job.put("aim", Spelling.of(aim));
    }
  }

  private static void write(QuantisationSpec quantisation, ObjectNode job) {
    job.put("model", quantisation.model() + "@" + quantisation.version());
    job.put("format", quantisation.format());
    job.set("dataset", dataset(quantisation.dataset()));
    job.put("rows", quantisation.rows());
    if (quantisation.register() != null) {
      job.put("register", quantisation.register());
    }
  }

  private static void write(PredictionSpec prediction, ObjectNode job) {
    job.put("model", prediction.model() + "@" + prediction.version());
    if (prediction.rows().hasRemaining()) { // they are kept elsewhere once the job is admitted
      job.putRawValue("rows", new RawValue(text(prediction.rows())));
    }
    job.set("names", texts(prediction.names()));
  }

  private static String text(ByteBuffer utf8) {
    return StandardCharsets.UTF_8.decode(utf8.duplicate()).toString();
  }

  private static void write(InferenceSpec inference, ObjectNode job) {
    job.put("model", inference.model() + "@" + inference.version());
    job.set("dataset", dataset(inference.dataset()));
    if (inference.batch() != InferenceSpec.BATCH_FOUND) {
      job.put("batch", inference.batch());
    }
    job.set("columns", texts(inference.columns()));
  }

  private static void write(TrainingSpec training, ObjectNode job) {
    job.set("dataset", dataset(training.dataset()));
    job.set("model", network(training.network()));
    job.put("objective", Spelling.of(training.objective()));
    job.set("optimizer", optimizer(training.optimizer(), training.learningRate()));
    job.set("schedule", schedule(training.schedule(), training.warmupSteps()));
    job.put("batch", training.batch());
    job.put("shards", training.shards());
    switch (training.length()) {
      case Epochs(int count) -> job.put("epochs", count);
      case Steps(long count) -> job.put("steps", count);
    }
    job.put("seed", training.seed());
    if (training.register() != null) {
      job.put("register", training.register());
    }
    if (training.classWeights().balanced()) {
      job.put("classWeights", "balanced");
    } else if (!training.classWeights().weights().isEmpty()) {
      var weights = job.putObject("classWeights");
      training.classWeights().weights().forEach(one -> weights.put(one.name(), one.weight()));
    }
    var stopping = training.earlyStopping();
    if (stopping != null) {
      job.putObject("earlyStopping")
          .put("patience", stopping.patience())
          .put("metric", Spelling.of(stopping.metric()))
          .put("minDelta", stopping.minDelta());
    }
    var encoding = training.encoding();
    if (!encoding.equals(SumEncoding.NONE)) {
      job.putObject("encoding")
          .putObject(Spelling.of(encoding.format()))
          .put("groups", encoding.groups());
    }
    if (training.clipNorm() > 0) {
      job.put("clipNorm", training.clipNorm());
    }
    var local = training.localSteps();
    if (local != null) {
      job.putObject("localSteps")
          .put("steps", local.steps())
          .put("learningRate", local.learningRate())
          .put("momentum", local.momentum())
          .put("nesterov", local.nesterov());
    }
  }

  private static ObjectNode dataset(DatasetSpec spec) {
    var dataset = JSON.objectNode();
    dataset.put("artifact", spec.artifact());
    if (spec.header() != null) {
      dataset.put("header", spec.header());
    }
    if (spec.label() != null) {
      dataset.put("label", spec.label());
    }
    dataset.set("features", texts(spec.features()));
    dataset.put("target", Spelling.of(spec.target()));
    if (spec.holdoutArtifact() != null) {
      dataset.putObject("holdout").put("artifact", spec.holdoutArtifact());
    } else {
      dataset.put("holdout", spec.holdout());
    }
    dataset.put("splitSeed", spec.splitSeed());
    dataset.put("rows", Spelling.of(spec.rows()));
    dataset.put("scale", Spelling.of(spec.featureScaling()));
    dataset.put("targetScale", Spelling.of(spec.targetScaling()));
    writeTable(spec, dataset);
    return dataset;
  }

  /** Defaults are left out, so that jobs of earlier releases keep their digest. */
  private static void writeTable(DatasetSpec spec, ObjectNode dataset) {
    if (!spec.csv().delimiter().equals(CsvOptions.PLAIN.delimiter())) {
      dataset.put("delimiter", spec.csv().delimiter());
    }
    if (spec.csv().skipLines() != CsvOptions.PLAIN.skipLines()) {
      dataset.put("skipLines", spec.csv().skipLines());
    }
    if (!spec.csv().comment().equals(CsvOptions.PLAIN.comment())) {
      dataset.put("comment", spec.csv().comment());
    }
    if (spec.missing() != Missing.REFUSE) {
      dataset.put("missing", Spelling.of(spec.missing()));
    }
    if (!spec.categorical().isEmpty()) {
      dataset.set("categorical", texts(spec.categorical()));
    }
    if (spec.stratified()) {
      dataset.put("stratified", true);
    }
  }

  private static ObjectNode network(Network network) {
    var model = JSON.objectNode();
    switch (network) {
      case LayerStack(var input, var layers) -> {
        model.set("input", sizes(input));
        var list = model.putArray("layers");
        layers.forEach(layer -> list.add(layer(layer)));
      }
      case TorchScript(var artifact, var input) -> {
        model.set("input", sizes(input));
        model.put("artifact", artifact);
      }
    }
    return model;
  }

  private static ObjectNode layer(Layer layer) {
    return switch (layer) {
      case Dense(int units, boolean bias) ->
          named("dense", JSON.objectNode().put("units", units).put("bias", bias));
      case Conv2d(int channels, int kernel, int stride, int padding, boolean bias) ->
          named(
              "conv2d",
              window(kernel, stride, padding).put("channels", channels).put("bias", bias));
      case MaxPool2d(int kernel, int stride, int padding) ->
          named("max-pool2d", window(kernel, stride, padding));
      case AvgPool2d(int kernel, int stride, int padding) ->
          named("avg-pool2d", window(kernel, stride, padding));
      case GlobalAvgPool() -> named("global-avg-pool", JSON.objectNode());
      case Flatten() -> named("flatten", JSON.objectNode());
      case Dropout(double rate) -> named("dropout", JSON.objectNode().put("rate", rate));
      case BatchNorm(double momentum, double epsilon) ->
          named("batch-norm", JSON.objectNode().put("momentum", momentum).put("epsilon", epsilon));
      case LayerNorm(double epsilon) ->
          named("layer-norm", JSON.objectNode().put("epsilon", epsilon));
      case Activation(var function) -> named(Spelling.of(function), JSON.objectNode());
    };
  }

  private static ObjectNode optimizer(Optimizer optimizer, double learningRate) {
    var fields = JSON.objectNode().put("learningRate", learningRate);
    return switch (optimizer) {
      case Sgd(double momentum, boolean nesterov, double weightDecay) ->
          named(
              "sgd",
              fields
                  .put("momentum", momentum)
                  .put("nesterov", nesterov)
                  .put("weightDecay", weightDecay));
      case Adam(double beta1, double beta2, double epsilon, double weightDecay) ->
          named("adam", moments(fields, beta1, beta2, epsilon, weightDecay));
      case AdamW(double beta1, double beta2, double epsilon, double weightDecay) ->
          named("adamw", moments(fields, beta1, beta2, epsilon, weightDecay));
    };
  }

  private static ObjectNode schedule(Schedule schedule, long warmupSteps) {
    var fields = JSON.objectNode().put("warmupSteps", warmupSteps);
    return switch (schedule) {
      case Constant() -> named("constant", fields);
      case StepDecay(int everyEpochs, double factor) ->
          named("step", fields.put("everyEpochs", everyEpochs).put("factor", factor));
      case Cosine(double floor) -> named("cosine", fields.put("floor", floor));
      case Linear(double floor) -> named("linear", fields.put("floor", floor));
    };
  }

  private static ObjectNode moments(
      ObjectNode fields, double beta1, double beta2, double epsilon, double weightDecay) {
    return fields
        .put("beta1", beta1)
        .put("beta2", beta2)
        .put("epsilon", epsilon)
        .put("weightDecay", weightDecay);
  }

  private static ObjectNode window(int kernel, int stride, int padding) {
    return JSON.objectNode().put("kernel", kernel).put("stride", stride).put("padding", padding);
  }

  private static ObjectNode named(String name, ObjectNode fields) {
    return JSON.objectNode().set(name, fields);
  }

  private static ArrayNode texts(List<String> values) {
    var list = JSON.arrayNode();
    values.forEach(list::add);
    return list;
  }

  private static ArrayNode sizes(List<Integer> values) {
    var list = JSON.arrayNode();
    values.forEach(list::add);
    return list;
  }
}
