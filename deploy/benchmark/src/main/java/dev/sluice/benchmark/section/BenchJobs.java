package dev.sluice.benchmark.section;

import dev.sluice.producer.api.JobView;
import dev.sluice.producer.client.SluiceClient;
import dev.sluice.producer.client.SluiceException;
import dev.sluice.producer.spec.JobFile;
import dev.sluice.producer.spec.JobFileResult;
import dev.sluice.schemas.wire.JobSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/** The jobs that are measured, as documents that name stored files. */
final class BenchJobs {
  /** Of the documents. */
  static final String MEDIA_TYPE = "application/yaml";

  /** Of jobs that have their rows themselves. */
  static final String JSON = "application/json";

  private static final Duration JOB_MAX = Duration.ofMinutes(4);
  private static final int FEATURES = 64;
  private static final int CLASSES = 10;

  private BenchJobs() {}

  /** A network of two hidden layers on the digits, two shards, stochastic gradient descent. */
  static String training(String artifact, int hidden, int batch, long steps, String register) {
    return String.format(
        Locale.ROOT,
        """
        kind: training
        name: bench %1$d
        dataset: {artifact: "%2$s", label: 64}
        model: {layers: [{dense: %1$d}, relu, {dense: %1$d}, relu, {dense: 10}]}
        optimizer: {sgd: {learningRate: 0.01, momentum: 0.9}}
        batch: %3$d
        shards: 2
        steps: %4$d
        seed: 1
        register: %5$s
        """,
        hidden,
        artifact,
        batch,
        steps,
        register);
  }

  /**
   * A network of two hidden layers, of which a fifth of the rows is held out and looked at after
   * each epoch.
   *
   * @param label position of the label column
   * @param exchange lines that say how gradients are exchanged
   */
  static String exchanging(
      String artifact, int label, int classes, int hidden, int epochs, long seed, String exchange) {
    return String.format(
        Locale.ROOT,
        """
        kind: training
        name: bench exchange
        dataset: {artifact: "%1$s", label: %2$d, header: false, holdout: 0.2}
        model: {layers: [{dense: %4$d}, relu, {dense: %4$d}, relu, {dense: %3$d}]}
        optimizer: {adamw: {learningRate: 0.003}}
        batch: 64
        shards: 2
        epochs: %5$d
        seed: %6$d
        %7$s
        """,
        artifact,
        label,
        classes,
        hidden,
        epochs,
        seed,
        exchange);
  }

  /** All rows of a data set, answered by a model. */
  static String inference(String artifact, String model, int batch) {
    return String.format(
        Locale.ROOT,
        """
        kind: inference
        name: bench rows
        model: %s
        dataset: {artifact: "%s", label: 64}
        batch: %d
        columns: [row, prediction]
        """,
        model,
        artifact,
        batch);
  }

  /**
   * A job that has the first rows of the digits itself.
   *
   * @param more further fields, each with a comma before it
   */
  static String withRows(Path digits, String model, int count, String more) throws IOException {
    var rows =
        lines(digits).stream()
            .limit(count)
            .map(line -> "[" + line.substring(0, line.lastIndexOf(',')) + "]")
            .collect(Collectors.joining(","));
    return String.format(
        Locale.ROOT,
        "{\"kind\":\"inference\",\"name\":\"bench\",\"model\":\"%s\",\"rows\":[%s]%s}",
        model,
        rows,
        more);
  }

  /** Makes a job wait for a lane that nobody has declared. */
  static final String NOWHERE = ",\"lanes\":[\"bench-nowhere\"],\"unplaceable\":\"hold\"";

  /** Bytes of the network's gradients in binary32. */
  static int bytes(int hidden) {
    return Float.BYTES * ((FEATURES + 1) * hidden + (hidden + 1) * hidden + (hidden + 1) * CLASSES);
  }

  /** The job of a document. */
  static JobSpec spec(String document) {
    return switch (JobFile.parse(document.getBytes(StandardCharsets.UTF_8))) {
      case JobFileResult.Parsed parsed -> parsed.spec();
      case JobFileResult.Invalid(var problems) ->
          throw new IllegalStateException("a job of the benchmark is wrong: " + problems);
    };
  }

  /**
   * Runs a job to its end.
   *
   * @throws IllegalStateException where it does not succeed
   */
  static JobView run(SluiceClient client, String document) throws SluiceException {
    var job = client.submit(document, MEDIA_TYPE, null);
    return succeeded(client.await(job.jobId(), JOB_MAX));
  }

  /** What a job that has ended came to, where that is what was wanted. */
  static JobView succeeded(JobView job) {
    if (!job.status().equals("succeeded")) {
      throw new IllegalStateException("job " + job.jobId() + " is " + job.status() + job.cause());
    }
    return job;
  }

  /** A small model of the digits, and the version that it is. */
  static String model(SluiceClient client, String artifact, int hidden, String name)
      throws SluiceException {
    var model = run(client, training(artifact, hidden, FEATURES, 50, name)).model();
    if (model == null) {
      throw new IllegalStateException("training gave no model");
    }
    return String.format(Locale.ROOT, "%s@%d", model.name(), model.version());
  }

  private static List<String> lines(Path digits) throws IOException {
    try (var in = new GZIPInputStream(Files.newInputStream(digits))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  /** A data set of so many rows of the digits, again and again. */
  static Path rows(Path digits, Path directory, int count) throws IOException {
    var lines = lines(digits);
    var file = directory.resolve("rows-" + count + ".csv");
    try (var out = Files.newBufferedWriter(file)) {
      for (int i = 0; i < count; i++) {
        out.write(lines.get(i % lines.size()));
        out.write('\n');
      }
    }
    return file;
  }
}
