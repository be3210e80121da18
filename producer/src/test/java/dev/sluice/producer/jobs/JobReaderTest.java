package dev.sluice.producer.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.jobs.state.Job;
import dev.sluice.producer.Samples;
import dev.sluice.producer.api.Problem;
import dev.sluice.producer.api.ProblemException;
import dev.sluice.producer.api.ProblemType;
import dev.sluice.producer.history.History;
import dev.sluice.producer.history.KnownJob;
import dev.sluice.producer.view.JobsView;
import dev.sluice.producer.view.Manifest;
import dev.sluice.schemas.wire.EndedJob;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.Measured;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** A job is found wherever it is, and whoever asks for one that can't be shown is told why. */
class JobReaderTest {

  private final JobsView view = new JobsView(100);
  private final Stored history = new Stored();
  private final JobReader reader = new JobReader(view, history);
  private final Job here = Samples.state("here", JobStatus.RUNNING, 3);
  private final Job past = Samples.state("past", JobStatus.SUCCEEDED, 2);
  private final Job lost = Samples.state("lost", JobStatus.SUCCEEDED, 1);

  JobReaderTest() {
    view.put(here);
    view.put(Samples.ended(0, past, lost));
    history.jobs.put("past", new KnownJob(past, Manifest.EMPTY));
  }

  @Test
  void whatIsInTheViewIsNotLookedForInTheHistory() {
    var chunk = new ManifestChunk("here", 0, List.of(), Measured.NOTHING);
    view.put(chunk);
    history.broken = true;

    assertThat(reader.find("here")).contains(new KnownJob(here, Manifest.EMPTY.with(chunk)));
    assertThat(reader.find(List.of("here"))).hasSize(1);
    assertThat(history.asked).isEmpty();
  }

  @Test
  void aJobThatHasLeftIsReadFromTheHistory() {
    assertThat(reader.find("past")).contains(new KnownJob(past, Manifest.EMPTY));
    assertThat(history.asked).containsExactly(Samples.ended(past));
  }

  @Test
  void aJobThatNobodyKnowsIsNotLookedForInTheHistory() {
    assertThat(reader.find("unknown")).isEmpty();
    assertThat(reader.find(List.of("unknown"))).isEmpty();
    assertThat(history.asked).isEmpty();
  }

  @Test
  void aJobThatTheHistoryHasLostIsGone() {
    var problem = problem(() -> reader.find("lost"));

    assertThat(problem.type()).isEqualTo(ProblemType.GONE.uri());
    assertThat(problem.status()).isEqualTo(410);
    assertThat(problem.detail()).contains("lost", "has ended", "sluice.job-history");
  }

  @Test
  void whereTheHistoryCantBeReadItIsNotSaidThatAJobIsGone() {
    history.broken = true;

    for (ThrowingCallable read :
        List.<ThrowingCallable>of(
            () -> reader.find("past"), () -> reader.find(List.of("here", "past")))) {
      var problem = problem(read);
      assertThat(problem.status()).isEqualTo(503);
      assertThat(problem.detail()).contains("as the test asked");
    }
  }

  @Test
  void aListHasItsOrderAndLeavesOutWhatIsLost() {
    assertThat(reader.find(List.of("past", "lost", "unknown", "here")))
        .extracting(known -> known.job().jobId())
        .containsExactly("past", "here");
    assertThat(history.asked)
        .as("all at once")
        .containsExactly(Samples.ended(past), Samples.ended(lost));
  }

  @Test
  void aJobThatBeginsAnewWhileItIsLookedForIsReadFromTheView() {
    var again = Samples.state("lost", JobStatus.RUNNING, 99);
    history.meanwhile = () -> view.put(again);

    assertThat(reader.find("lost")).contains(new KnownJob(again, Manifest.EMPTY));
  }

  private static Problem problem(ThrowingCallable call) {
    return catchThrowableOfType(ProblemException.class, call).problem();
  }

  /** A history in memory. */
  private static final class Stored implements History {
    private final Map<String, KnownJob> jobs = new HashMap<>();
    private final List<EndedJob> asked = new ArrayList<>();
    private boolean broken;
    private Runnable meanwhile = () -> {};

    @Override
    public Map<String, KnownJob> read(Collection<EndedJob> wanted) throws HistoryBroken {
      asked.addAll(wanted);
      meanwhile.run();
      if (broken) {
        throw new HistoryBroken("as the test asked");
      }
      var found = new HashMap<>(jobs);
      found.keySet().retainAll(wanted.stream().map(EndedJob::jobId).toList());
      return found;
    }
  }
}
