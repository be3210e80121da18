package dev.sluice.producer.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.jobs.state.Job;
import dev.sluice.schemas.wire.EndedJob;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.EndedPrediction;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.OpenPrediction;
import dev.sluice.schemas.wire.PlacementWishes;
import dev.sluice.schemas.wire.Predicted;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.RowAnswers;
import dev.sluice.schemas.wire.Unplaceable;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Jobs that have their rows themselves, as the view has them until they have ended. */
class PredictionsInViewTest {

  private static final Duration LONG = Duration.ofMinutes(5);

  private final JobsView view = new JobsView(10);

  @Test
  void oneThatRunsIsShownAmongTheOthers() {
    view.put(open(JobStatus.RUNNING));
    assertThat(view.job("j")).get().extracting(Job::status).isEqualTo(JobStatus.RUNNING);
    assertThat(view.active()).hasSize(1);
    assertThat(view.counts()).containsEntry(JobStatus.RUNNING, 1);
  }

  @Test
  void whoWaitsIsToldOfItsEndWithWhichItLeaves() {
    view.put(open(JobStatus.RUNNING));
    var waits = view.await("j", job -> JobsView.isTerminal(job.status()), LONG);
    assertThat(waits).isNotDone();
    view.put(ended());

    assertThat(waits).isCompleted();
    assertThat(view.job("j")).isEmpty();
    assertThat(view.active()).isEmpty();
    assertThat(view.prediction("j")).contains(ended());
    view.put(EndedJobs.of(0, 0, List.of(new EndedJob("j", JobStatus.SUCCEEDED, 1, 2, 2, true))));
    assertThat(view.past("j")).get().extracting(EndedJob::prediction).isEqualTo(true);
    assertThat(view.counts()).containsEntry(JobStatus.SUCCEEDED, 1);
  }

  @Test
  void whoComesLateIsToldAtOnce() {
    view.put(ended());
    assertThat(view.await("j", job -> JobsView.isTerminal(job.status()), LONG)).isCompleted();
  }

  /** The end is read from another topic than the states, and may be read before them. */
  @Test
  void aStateThatComesAfterTheEndBringsNothingBack() {
    view.put(ended());
    view.put(open(JobStatus.RUNNING));
    assertThat(view.job("j")).isEmpty();
  }

  private static OpenPrediction open(JobStatus status) {
    return new OpenPrediction("j", "", spec(), status, 1, 1, 7, 1, "cpu", 1, null);
  }

  private static EndedPrediction ended() {
    var answers = new RowAnswers(List.of("a"), List.of(0.5), 2, ByteBuffer.allocate(8));
    return new EndedPrediction(
        "j",
        "",
        spec(),
        JobStatus.SUCCEEDED,
        null,
        1,
        2,
        1,
        "cpu",
        1,
        "w",
        "engine",
        new Predicted(answers, 1.5, null));
  }

  private static JobSpec spec() {
    return new JobSpec(
        "default",
        "",
        Priority.NORMAL,
        List.of(),
        Unplaceable.REFUSE,
        new PredictionSpec("m", "latest", ByteBuffer.allocate(0), List.of()),
        PlacementWishes.NONE);
  }
}
