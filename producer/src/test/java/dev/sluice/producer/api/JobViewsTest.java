package dev.sluice.producer.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.jobs.state.InferenceState;
import dev.sluice.jobs.state.TrainingState;
import dev.sluice.jobs.state.ValidationState;
import dev.sluice.producer.Samples;
import dev.sluice.producer.lag.LagReport;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.EarlyStopping;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Measured;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.RowFaults;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.ValidationMetric;
import dev.sluice.schemas.wire.ValidationPlan;
import dev.sluice.schemas.wire.ValidationPoint;
import dev.sluice.schemas.wire.Work;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JobViewsTest {

  private static JobView view(Work work, @Nullable InferenceState inference) {
    return view(work, null, inference);
  }

  private static JobView view(
      Work work, @Nullable TrainingState training, @Nullable InferenceState inference) {
    return view(work, training, inference, Measured.NOTHING);
  }

  private static JobView view(
      Work work,
      @Nullable TrainingState training,
      @Nullable InferenceState inference,
      Measured measured) {
    var spec = Samples.job(work);
    return JobViews.of(
        Samples.state("j", "", spec, JobStatus.SUCCEEDED, 1, training, inference, null),
        null,
        List.of(),
        measured,
        null,
        new Waits(List.of(), LagReport.NONE, 0),
        Set.of(JobViews.Part.LOSS_CURVE));
  }

  private static Map<String, Double> metrics(NetworkFacts facts, Measured measured) {
    var inference =
        new InferenceState(
            Samples.model(1, facts),
            4,
            2,
            2,
            2,
            2,
            4,
            3,
            4,
            4,
            12,
            1_000,
            1_500,
            null,
            RowFaults.NONE);
    return Objects.requireNonNull(view(Samples.inference(), null, inference, measured).inference())
        .metrics();
  }

  @Test
  void anInferenceIsMeasuredUnderTheNamesOfAModelsMetrics() {
    var numbers = new Measured(4, 0, 2.5, 8, List.of(), List.of(), List.of());
    assertThat(metrics(Samples.facts(Objective.HUBER, List.of(), 1), numbers))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("rows", 4.0, "rmse", 1.0, "mae", 1.0, "r2", 0.5));
    var classes = new Measured(4, 2, 0, 0, List.of(2L, 2L), List.of(2L, 2L), List.of(1L, 1L));
    assertThat(metrics(Samples.facts(Objective.CROSS_ENTROPY, List.of("a", "b"), 2), classes))
        .containsEntry("accuracy", 0.75)
        .containsEntry("loss", 0.5)
        .containsEntry("macroF1", 0.5);
  }

  @Test
  void aTrainingThatEndedEarlyIsDoneAndShowsWhatItKept() {
    var plan = new ValidationPlan(10, new EarlyStopping(1, ValidationMetric.LOSS, 0));
    var measured =
        new ValidationState(
            plan,
            List.of(new ValidationPoint(10, 0.5, 0.9), new ValidationPoint(20, Double.NaN, 0.1)),
            10,
            10);
    var state = Samples.trainingAt(21, 0.25).withValidation(measured); // the copy after 20 steps
    var view = view(Samples.training(), state, null);
    assertThat(view.progress()).isEqualTo(new JobView.Progress(20, 20, "steps", 1));
    var training = Objects.requireNonNull(view.training());
    assertThat(List.of(training.step(), training.steps(), training.epoch(), training.epochs()))
        .containsExactly(20L, 30L, 2L, 3L);
    var validation = Objects.requireNonNull(training.validation());
    assertThat(validation.stoppedEarly()).isTrue();
    assertThat(validation.keptStep()).isEqualTo(10);
    assertThat(validation.points())
        .containsExactly(
            new JobView.MeasuredView(10, 0.5, 0.9), new JobView.MeasuredView(20, null, 0.1));
  }

  @Test
  void aTrainingThatHoldsNothingOutSaysThatNothingIsMeasured() {
    assertThat(view(Samples.training(), null).notes()).isEmpty();
    assertThat(view(withoutHoldout(null), null).notes())
        .singleElement()
        .asString()
        .contains("not measured", "holdout: 0.2");
    assertThat(view(withoutHoldout(Samples.DATASET), null).notes()).isEmpty();
  }

  private static TrainingSpec withoutHoldout(@Nullable String file) {
    var t = Samples.training();
    var d = t.dataset();
    return new TrainingSpec(
        new DatasetSpec(
            d.artifact(),
            d.header(),
            d.label(),
            d.features(),
            d.target(),
            0,
            file,
            d.splitSeed(),
            d.rows(),
            d.featureScaling(),
            d.targetScaling()),
        t.network(),
        t.objective(),
        t.optimizer(),
        t.learningRate(),
        t.schedule(),
        t.warmupSteps(),
        t.batch(),
        t.shards(),
        t.length(),
        t.seed(),
        t.register());
  }
}
