package dev.sluice.deploy.quickstart;

import dev.sluice.deploy.standalone.LaneWorkers;
import dev.sluice.deploy.standalone.Standalone;
import dev.sluice.deploy.standalone.WorkerFleet;
import dev.sluice.producer.api.CauseView;
import dev.sluice.producer.api.JobView;
import dev.sluice.producer.api.LagView;
import dev.sluice.producer.api.QueueView;
import dev.sluice.producer.cli.ExitCode;
import dev.sluice.producer.client.SluiceClient;
import dev.sluice.producer.client.SluiceClient.ResultFormat;
import dev.sluice.producer.client.SluiceException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a quickstart on a cluster: train on a modelled GPU, register, infer; then quantise,
 * and infer on inference-only devices; sum up.
 */
final class Quickstart {
  private static final Duration READY_MAX = Duration.ofSeconds(60);
  private static final Duration JOB_MAX = Duration.ofMinutes(10);

  private static final String TRAINING = "train.yaml";
  private static final String INFERENCE = "infer.yaml";
  private static final LaneWorkers ATOM = new LaneWorkers("atom", "rbln-atom", 0);
  private static final LaneWorkers WARBOY = new LaneWorkers("warboy", "furiosa-warboy", 0);
  private static final String GPU = "gpu";

  private static final String PARITY = "onnxMaxDifference";

  private final Standalone cluster;
  private final JobFiles files;
  private final int workers;
  private final Screen screen;
  private final JobProgress progress;
  private final long begunNanos = System.nanoTime();

  /**
   * @param cluster not started
   * @param files the jobs
   * @param workers how many workers the cluster starts
   * @param screen where progress is shown
   */
  Quickstart(Standalone cluster, JobFiles files, int workers, Screen screen) {
    this.cluster = cluster;
    this.files = files;
    this.workers = workers;
    this.screen = screen;
    this.progress = new JobProgress(screen);
  }

  /**
   * The lanes of a quickstart: a GPU's, with workers, and those of two NPUs, whose workers come
   * later.
   */
  static List<LaneWorkers> lanes(int workers) {
    return List.of(new LaneWorkers(GPU, "nvidia-h100-sxm", workers), ATOM, WARBOY);
  }

  /** A summary, and the cluster that it is about. */
  record Outcome(Summary summary, Standalone.Running running) {}

  /**
   * Runs the quickstart.
   *
   * @throws QuickstartException where a job fails, or answers are missing
   */
  Outcome run() throws SluiceException, IOException, InterruptedException {
    var running = cluster.start();
    try (var client = new SluiceClient(running.server())) {
      awaitWorkers(running);
      double startSeconds = secondsSince(begunNanos);
      for (var npu : List.of(ATOM, WARBOY)) {
        running.workers().add(npu.lane(), npu.accelerator());
      }

      var trained = await(client, running, "training", files.submit(TRAINING, running.server()));
      screen.done("training", trainingText(trained), took(trained));

      var inferred = await(client, running, "inference", files.submit(INFERENCE, running.server()));
      requireSameModel(trained, inferred);
      var answers = answers(client, inferred);
      requireEveryRowOnce(trained, answers);
      screen.done(
          "inference",
          String.format(Locale.ROOT, "%,d held-out rows answered", answers.rows().size()),
          took(inferred));

      var devices = new ArrayList<Summary.Device>();
      devices.add(device(client, trained, null));
      devices.add(device(client, inferred, answers.accuracy()));
      var quantised = quantise(client, running);
      for (var npu : List.of(ATOM, WARBOY)) {
        devices.add(infer(client, running, npu.lane(), trained));
      }
      var refusal = refusal(running);
      return new Outcome(
          summary(
              trained,
              inferred,
              answers,
              client.lag(),
              running,
              startSeconds,
              new Summary.Rehearsal(devices, quantised, refusal)),
          running);
    }
  }

  private JobView submit(SluiceClient client, Standalone.Running running, String what, String file)
      throws SluiceException {
    return await(client, running, what, files.submit(file, running.server()));
  }

  /** Makes the int8 version; returns what that costs in accuracy. */
  private double quantise(SluiceClient client, Standalone.Running running) throws SluiceException {
    var job = submit(client, running, "quantise", "quantise.yaml");
    var model = job.model();
    if (model == null) {
      throw new IllegalStateException("a quantisation succeeded without a model: " + job);
    }
    double change = model.metrics().getOrDefault("accuracyChange", 0.0);
    screen.done(
        "quantise",
        String.format(
            Locale.ROOT,
            "%s@%d in %s, accuracy %+.4f",
            model.name(),
            model.version(),
            model.format(),
            change),
        took(job));
    return change;
  }

  private Summary.Device infer(
      SluiceClient client, Standalone.Running running, String lane, JobView trained)
      throws SluiceException, IOException {
    var job = submit(client, running, lane, "infer-" + lane + ".yaml");
    var answers = answers(client, job);
    requireEveryRowOnce(trained, answers);
    var device = device(client, job, answers.accuracy());
    screen.done(
        lane,
        String.format(
            Locale.ROOT,
            "%,d rows answered in %s, as %s would%s",
            answers.rows().size(),
            device.format(),
            device.accelerator(),
            screen.dim("  " + SummaryText.modelled(device))),
        took(job));
    return device;
  }

  /** A training job that names inference-only lanes: what it is told. */
  private List<Summary.Refusal> refusal(Standalone.Running running) {
    long before = System.nanoTime();
    var refusals = new ArrayList<Summary.Refusal>();
    for (var verdict : files.refused("train-on-npus.yaml", running.server())) {
      if (!verdict.lane().equals(GPU)) {
        var reasons = verdict.reasons().stream().map(JobView.ReasonView::what).toList();
        refusals.add(new Summary.Refusal(verdict.lane(), reasons));
      }
    }
    screen.done(
        "refusal",
        "training sent to atom and warboy is refused, for the reasons below",
        Duration.ofNanos(System.nanoTime() - before));
    return refusals;
  }

  /** What a job took on its lane's device, measured here and modelled there. */
  private static Summary.Device device(SluiceClient client, JobView job, @Nullable Double accuracy)
      throws SluiceException {
    var accelerator =
        client.lanes().stream()
            .filter(lane -> lane.lane().equals(job.lane()))
            .map(lane -> lane.accelerator())
            .findFirst()
            .orElse("");
    var training = job.training();
    var inference = job.inference();
    var modelled =
        training != null ? training.modelled() : inference != null ? inference.modelled() : null;
    return new Summary.Device(
        job.kind(),
        job.lane(),
        accelerator,
        inference == null ? "fp32" : inference.format(),
        accuracy,
        training != null
            ? training.computeSeconds()
            : inference != null ? inference.computeSeconds() : 0,
        modelled == null ? null : modelled.seconds(),
        modelled == null ? null : modelled.joules());
  }

  private void awaitWorkers(Standalone.Running running)
      throws SluiceException, InterruptedException {
    long before = System.nanoTime();
    screen.live("   workers      starting");
    try {
      Standalone.awaitWorkers(running, workers, READY_MAX);
    } finally {
      screen.endLive();
    }
    screen.done(
        "workers",
        "pids "
            + running.workers().pids().values().stream()
                .map(String::valueOf)
                .collect(Collectors.joining(" "))
            + screen.dim("  kill one if you like: the model will be the same"),
        Duration.ofNanos(System.nanoTime() - before));
  }

  private JobView await(
      SluiceClient client, Standalone.Running running, String what, JobView submitted)
      throws SluiceException {
    JobView job;
    try {
      job =
          client.await(
              submitted.jobId(),
              JOB_MAX,
              state -> {
                requireWorkers(running.workers(), what);
                screen.live(progress.line(what, state, lanes(client)));
              });
    } finally {
      screen.endLive();
    }
    if (!job.status().equals("succeeded")) {
      throw new QuickstartException(
          ExitCode.JOB_FAILED,
          "The %s job %s is %s.%s".formatted(what, job.jobId(), job.status(), why(job.cause())));
    }
    return job;
  }

  private static List<QueueView> lanes(SluiceClient client) {
    try {
      return client.lag().lanes();
    } catch (SluiceException e) {
      // The job's own state is what is waited for; lag is shown where it is to be had.
      return List.of();
    }
  }

  private static void requireWorkers(WorkerFleet fleet, String what) {
    if (fleet.expected(GPU) == 0) {
      var last = fleet.lastWords();
      throw new QuickstartException(
          ExitCode.JOB_FAILED,
          "All workers have ended, so %s can't go on: run the quickstart again.%s"
              .formatted(
                  what,
                  last.isEmpty() ? "" : " The last one said:\n  " + String.join("\n  ", last)));
    }
  }

  private static String why(@Nullable CauseView cause) {
    return cause == null
        ? ""
        : " %s: %s %s %s".formatted(cause.where(), cause.what(), cause.why(), cause.mend()).strip();
  }

  private static void requireSameModel(JobView trained, JobView inferred) {
    var model = trained.model();
    var used = inferred.inference();
    if (model == null
        || used == null
        || !model.name().equals(used.model())
        || model.version() != used.version()) {
      throw new QuickstartException(
          ExitCode.JOB_FAILED,
          "%s does not use the model that %s registers; name it there."
              .formatted(INFERENCE, TRAINING));
    }
  }

  private static Answers answers(SluiceClient client, JobView inferred)
      throws SluiceException, IOException {
    var results = new ByteArrayOutputStream();
    client.results(inferred.jobId(), ResultFormat.NDJSON, results);
    return Answers.read(results.toByteArray());
  }

  private static void requireEveryRowOnce(JobView trained, Answers answers) {
    var training = trained.training();
    long expected = training == null ? 0 : training.holdoutRows();
    if (answers.rows().size() != expected || answers.repeated() != 0) {
      throw new QuickstartException(
          ExitCode.JOB_FAILED,
          String.format(
              Locale.ROOT,
              "%d of %d held-out rows were answered, and %d answers are repeated: report this"
                  + " defect.",
              answers.rows().size(),
              expected,
              answers.repeated()));
    }
  }

  private static String trainingText(JobView trained) {
    var training = trained.training();
    var model = trained.model();
    return training == null || model == null
        ? ""
        : String.format(
            Locale.ROOT,
            "%s@%d registered after %,d steps, loss %.4f",
            model.name(),
            model.version(),
            training.steps(),
            training.loss());
  }

  private Summary summary(
      JobView trained,
      JobView inferred,
      Answers answers,
      LagView lag,
      Standalone.Running running,
      double startSeconds,
      Summary.Rehearsal rehearsal) {
    var training = trained.training();
    var model = trained.model();
    if (training == null || model == null) {
      throw new IllegalStateException("a training job succeeded without a model: " + trained);
    }
    var seconds = training.seconds();
    return new Summary(
        model.name(),
        model.version(),
        answers.accuracy(),
        answers.rows().size(),
        model.sha256(),
        model.metrics().get(PARITY),
        workers,
        training.steps(),
        training.epochs(),
        training.samples(),
        training.samplesPerSecond(),
        seconds == null ? 0 : seconds,
        seconds(took(trained)),
        seconds(took(inferred)),
        startSeconds,
        secondsSince(begunNanos),
        lag.lanes().stream().map(lane -> new Summary.LanePeak(lane.name(), lane.peak())).toList(),
        training.engine(),
        trained.jobId(),
        inferred.jobId(),
        running.server().toString(),
        running.bootstrapServers(),
        List.copyOf(running.workers().pids().values()),
        rehearsal);
  }

  /** From submission to outcome, on the broker's clock. */
  private static Duration took(JobView job) {
    var finishedMs = job.finishedMs();
    return Duration.ofMillis(finishedMs == null ? 0 : finishedMs - job.submittedMs());
  }

  private static double secondsSince(long nanos) {
    return seconds(Duration.ofNanos(System.nanoTime() - nanos));
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }
}
