package dev.sluice.producer.api;

import dev.sluice.jobs.metrics.Metrics;
import dev.sluice.jobs.state.InferenceState;
import dev.sluice.jobs.state.Job;
import dev.sluice.jobs.state.TrainingState;
import dev.sluice.jobs.state.ValidationState;
import dev.sluice.platform.document.Spelling;
import dev.sluice.producer.spec.ApiWords;
import dev.sluice.producer.spec.JobJson;
import dev.sluice.producer.view.ClusterView;
import dev.sluice.producer.view.LossCurves;
import dev.sluice.schemas.wire.EndedPrediction;
import dev.sluice.schemas.wire.Forecast;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.LaneVerdict;
import dev.sluice.schemas.wire.Measured;
import dev.sluice.schemas.wire.Metric;
import dev.sluice.schemas.wire.Modelled;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.Reason;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.Work;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** From the ledger's state of a job to what the API shows of it. */
public final class JobViews {

  private static final String NOT_MEASURED =
      "The model is not measured: no rows are held out. Give the data set holdout: 0.2, or a file.";

  private JobViews() {}

  /** What a view may be without, by the name of the field. */
  public enum Part {
    /** The losses of every step that was seen. */
    LOSS_CURVE("lossCurve"),
    /** What admission said of every lane. */
    VERDICTS("verdicts"),
    /** The job as it was submitted. */
    SPEC("spec");

    private final String word;

    Part(String word) {
      this.word = word;
    }

    /** The part of this name; empty where there is none. */
    public static Optional<Part> of(String word) {
      return Arrays.stream(values()).filter(part -> part.word.equals(word)).findFirst();
    }

    /** The names of all. */
    public static List<String> words() {
      return Arrays.stream(values()).map(part -> part.word).toList();
    }
  }

  /**
   * The view of a job.
   *
   * @param state as the ledger wrote it
   * @param curve its loss curve, where one is known
   * @param prediction how it has ended, where it had its rows itself; null: it has not, or had none
   * @param measured what the answers of an inference job add up to
   * @param unread what can't be read of it, in a sentence; null where nothing is newer
   * @param waits what jobs wait for
   * @param parts what is not to be left out
   */
  public static JobView of(
      Job state,
      @Nullable EndedPrediction prediction,
      List<LossCurves.Point> curve,
      Measured measured,
      @Nullable String unread,
      Waits waits,
      Set<Part> parts) {
    boolean finished = state.finishedMs() > 0;
    var training = state.training();
    var inference = state.inference();
    var model = state.model();
    var cause = state.cause();
    return new JobView(
        state.jobId(),
        state.spec().tenant(),
        state.spec().name(),
        ApiWords.kind(state.spec().work()),
        ApiWords.of(state.status()),
        finished,
        ApiWords.of(state.spec().priority()),
        state.lane(),
        state.submittedMs(),
        state.updatedMs(),
        finished ? state.finishedMs() : null,
        progress(state),
        // A record that is no ledger's work may have the one without the other.
        training != null && state.spec().work() instanceof TrainingSpec work
            ? training(state, work, training, parts.contains(Part.LOSS_CURVE) ? curve : null)
            : null,
        inference == null ? null : inference(state, inference, measured),
        prediction == null ? null : prediction(prediction),
        model == null ? null : ModelViews.version(model),
        cause == null ? null : CauseView.of(cause),
        parts.contains(Part.VERDICTS)
            ? state.verdicts().stream().map(JobViews::verdict).toList()
            : null,
        state.open().stream()
            .map(
                task ->
                    new JobView.TaskView(
                        task.taskId(),
                        ApiWords.of(task.kind()),
                        task.attempt(),
                        task.issuedMs(),
                        task.deadlineMs(),
                        ClusterView.lane(state, task)))
            .toList(),
        placement(state),
        notes(state.spec().work(), unread),
        waits.of(state),
        parts.contains(Part.SPEC) ? JobJson.of(state.spec()) : null);
  }

  private static List<String> notes(Work work, @Nullable String unread) {
    var notes = new ArrayList<String>();
    if (work instanceof TrainingSpec training
        && training.dataset().holdoutArtifact() == null
        && !(training.dataset().holdout() > 0)) {
      notes.add(NOT_MEASURED);
    }
    if (unread != null) {
      notes.add(unread);
    }
    return notes;
  }

  private static JobView.@Nullable PlacementView placement(Job state) {
    var placement = state.placement();
    return placement == null
        ? null
        : new JobView.PlacementView(
            ApiWords.of(placement.aim()), placement.fleetVersion(), placement.decidedMs());
  }

  /** The view of a lane's verdict. */
  public static JobView.VerdictView verdict(LaneVerdict verdict) {
    var forecast = verdict.forecast();
    return new JobView.VerdictView(
        verdict.lane(),
        ApiWords.of(verdict.verdict()),
        verdict.reasons().stream().map(JobViews::reason).toList(),
        forecast == null ? null : forecast(forecast));
  }

  private static JobView.ReasonView reason(Reason reason) {
    return new JobView.ReasonView(ApiWords.of(reason.code()), reason.what());
  }

  private static JobView.@Nullable ForecastView forecast(Forecast forecast) {
    return forecast.basis().isEmpty() && forecast.waitSeconds() == null
        ? null
        : new JobView.ForecastView(
            forecast.waitSeconds(), forecast.workSeconds(), forecast.joules(), forecast.basis());
  }

  private static JobView.@Nullable ModelledView modelled(@Nullable Modelled modelled) {
    return modelled == null
        ? null
        : new JobView.ModelledView(modelled.seconds(), modelled.joules());
  }

  private static JobView.Progress progress(Job state) {
    var training = state.training();
    var inference = state.inference();
    if (training != null) {
      long total = stoppedEarly(training) ? training.stepsDone() : training.prepared().steps();
      return progress(training.stepsDone(), total, "steps");
    }
    if (inference != null) {
      return progress(inference.finished(), inference.tasks(), "tasks");
    }
    if (state.spec().work() instanceof PredictionSpec) {
      return progress(state.status() == JobStatus.SUCCEEDED ? 1 : 0, 1, "tasks");
    }
    boolean infers = state.spec().work() instanceof InferenceSpec;
    return progress(0, 0, infers ? "tasks" : "steps");
  }

  private static JobView.Progress progress(long done, long total, String unit) {
    double fraction = total <= 0 ? 0 : Math.clamp((double) done / total, 0.0, 1.0);
    return new JobView.Progress(done, total, unit, fraction);
  }

  private static JobView.@Nullable Prediction prediction(EndedPrediction ended) {
    var predicted = ended.predicted();
    if (predicted == null || !(ended.spec().work() instanceof PredictionSpec asked)) {
      return null;
    }
    var answers = predicted.answers();
    var scores = answers.scores().duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    var rows = new ArrayList<JobView.Prediction.Row>();
    for (int row = 0; row < answers.predictions().size(); row++) {
      var text = answers.predictions().get(row);
      var probability = answers.probabilities().isEmpty() ? null : answers.probabilities().get(row);
      var outputs = new ArrayList<@Nullable Double>();
      for (int output = 0; output < answers.outputs(); output++) {
        outputs.add(finite(scores.get(row * answers.outputs() + output)));
      }
      rows.add(
          new JobView.Prediction.Row(
              text.isEmpty() ? null : text, text.isEmpty() ? null : probability, outputs));
    }
    return new JobView.Prediction(
        asked.model(),
        ended.version(),
        rows,
        ended.worker(),
        ended.engine(),
        ended.attempts(),
        predicted.computeMs() / 1000,
        modelled(predicted.modelled()));
  }

  private static JobView.Training training(
      Job state,
      TrainingSpec spec,
      TrainingState training,
      @Nullable List<LossCurves.Point> curve) {
    var prepared = training.prepared();
    long perEpoch = Math.max(1, prepared.stepsPerEpoch());
    long epochs = Math.ceilDiv(prepared.steps(), perEpoch);
    long epoch =
        stoppedEarly(training)
            ? Math.ceilDiv(training.stepsDone(), perEpoch)
            : Math.min(training.stepsDone() / perEpoch + 1, Math.max(1, epochs));
    double seconds = seconds(training.startedMs(), training.finishedMs(), state);
    boolean started = training.startedMs() > 0;
    return new JobView.Training(
        training.stepsDone(),
        prepared.steps(),
        epoch,
        epochs,
        Double.isFinite(training.loss()) && training.stepsDone() > 0 ? training.loss() : null,
        training.samples(),
        samplesPerSecond(training, seconds, state.status()),
        started ? seconds : null,
        prepared.dataset().rows(),
        prepared.dataset().holdoutRows(),
        prepared.dataset().dropped(),
        spec.shards(),
        spec.localSteps() == null ? 1 : spec.localSteps().steps(),
        prepared.network().parameters(),
        training.engine(),
        training.pinned().foldVersion(),
        training.pinned().workersFold(),
        Spelling.of(training.pinned().encoding().format()),
        training.pinned().encoding().groups(),
        prepared.dataset().artifact(),
        curve == null ? null : curve.stream().map(p -> new double[] {p.step(), p.loss()}).toList(),
        validation(training, curve != null),
        training.computeMs() / 1000,
        modelled(training.modelled()));
  }

  private static double samplesPerSecond(TrainingState training, double seconds, JobStatus status) {
    if (status == JobStatus.RUNNING && training.stepsPerSecond() > 0 && training.stepsDone() > 0) {
      return training.stepsPerSecond() * training.samples() / training.stepsDone();
    }
    return seconds > 0 ? training.samples() / seconds : 0;
  }

  private static JobView.Inference inference(
      Job state, InferenceState inference, Measured measured) {
    double seconds = seconds(inference.startedMs(), inference.finishedMs(), state);
    boolean started = inference.startedMs() > 0;
    double answered =
        inference.tasks() == 0
            ? 0
            : Math.min(
                (double) inference.rows(), (double) inference.finished() * inference.rowsPerTask());
    return new JobView.Inference(
        inference.model().name(),
        inference.model().version(),
        inference.model().sha256(),
        inference.rows(),
        inference.tasks(),
        inference.finished(),
        started && seconds > 0 ? answered / seconds : 0,
        started ? seconds : null,
        inferenceMetrics(inference, measured),
        inference.model().format(),
        inference.computeMs() / 1000,
        modelled(inference.modelled()));
  }

  private static Map<String, Double> inferenceMetrics(InferenceState inference, Measured measured) {
    return metrics(
        inference.model().network().objective().ofClasses()
            ? Metrics.ofClasses(
                inference.labelled(), inference.correct(), measured, inference.faults())
            : Metrics.ofNumbers(
                inference.labelled(),
                inference.squaredError(),
                inference.absoluteError(),
                measured,
                inference.faults()));
  }

  private static JobView.@Nullable ValidationView validation(
      TrainingState training, boolean withPoints) {
    var validation = training.validation();
    if (validation == null) {
      return null;
    }
    return new JobView.ValidationView(
        training.prepared().network().objective().ofClasses() ? "accuracy" : "rmse",
        withPoints ? points(validation) : null,
        validation.bestStep() < 0 ? null : validation.bestStep(),
        validation.closed() ? validation.keptStep() : null,
        stoppedEarly(training));
  }

  private static boolean stoppedEarly(TrainingState training) {
    var validation = training.validation();
    return validation != null
        && validation.closed()
        && training.stepsDone() < training.prepared().steps();
  }

  private static List<JobView.MeasuredView> points(ValidationState validation) {
    return validation.points().stream()
        .map(
            point ->
                new JobView.MeasuredView(point.step(), finite(point.loss()), finite(point.score())))
        .toList();
  }

  /** JSON has no word for a number that is not finite. */
  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }

  /** The latest time known ends what has not ended. */
  private static double seconds(long startedMs, long finishedMs, Job state) {
    long endMs = finishedMs > 0 ? finishedMs : state.updatedMs();
    return startedMs > 0 ? Math.max(0, endMs - startedMs) / 1000.0 : 0;
  }

  /** Metrics by name, in their order; JSON has no word for one that is not finite. */
  static Map<String, Double> metrics(List<Metric> metrics) {
    var byName = new LinkedHashMap<String, Double>();
    for (Metric metric : metrics) {
      if (Double.isFinite(metric.value())) {
        byName.put(metric.name(), metric.value());
      }
    }
    return byName;
  }
}
