package dev.sluice.producer.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.jobs.state.InferenceState;
import dev.sluice.producer.Samples;
import dev.sluice.producer.lag.LagReport;
import dev.sluice.schemas.wire.Inferred;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Measured;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.ResultRange;
import dev.sluice.schemas.wire.RowFaults;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InferenceMetricsTest {

  @Test
  void accuracyIsSaidTogetherWithTheRowsItIsOver() {
    assertThat(metrics(Objective.CROSS_ENTROPY, inferred(4, 3, RowFaults.NONE)))
        .isEqualTo(Map.of("rows", 4.0, "accuracy", 0.75));
  }

  @Test
  void unknownLabelsAndRowsWithoutAnAnswerOfAllTasksAreCountedAndTheFirstIsNamed() {
    assertThat(
            metrics(
                Objective.CROSS_ENTROPY,
                inferred(4, 1, new RowFaults(2, 1, 1_030)),
                inferred(4, 2, new RowFaults(0, 2, 7)),
                inferred(4, 4, RowFaults.NONE)))
        .isEqualTo(
            Map.of(
                "rows", 12.0,
                "accuracy", 7 / 12.0,
                "unknownLabels", 2.0,
                "rowsUnanswered", 3.0,
                "firstRowUnanswered", 7.0));
  }

  @Test
  void withoutLabelsThereIsNoMeasureButRowsWithoutAnAnswerAreCountedStill() {
    assertThat(metrics(Objective.HUBER, inferred(0, 0, new RowFaults(0, 1, 0))))
        .isEqualTo(Map.of("rowsUnanswered", 1.0, "firstRowUnanswered", 0.0));
    assertThat(metrics(Objective.HUBER, inferred(0, 0, RowFaults.NONE))).isEmpty();
  }

  private static Inferred inferred(long labelled, long correct, RowFaults faults) {
    var range = new ResultRange(0, 0, 0, 0, 4, "", "");
    return new Inferred(range, labelled, correct, 0, 0, 1, null, faults, Measured.NOTHING);
  }

  private static Map<String, Double> metrics(Objective objective, Inferred... reports) {
    var facts = Samples.facts(objective, List.of("a", "b", "c"), 3);
    var inference = InferenceState.of(Samples.model(1, facts)).withTasks(12, 4, reports.length, 1);
    var measured = Measured.NOTHING;
    for (var report : reports) {
      inference = inference.withAnswers(report, 2);
      measured = measured.plus(report.measured());
    }
    var state =
        Samples.state(
            "job",
            "",
            Samples.job(Samples.inference()),
            JobStatus.SUCCEEDED,
            1,
            null,
            inference,
            null);
    var view =
        JobViews.of(
            state,
            null,
            List.of(),
            measured,
            null,
            new Waits(List.of(), LagReport.NONE, 0),
            Set.of());
    return Objects.requireNonNull(view.inference()).metrics();
  }
}
