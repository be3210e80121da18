package dev.sluice.producer.view;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.producer.Samples;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LedgerCursor;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.Measured;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.ModelPlace;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.ResultRange;
import dev.sluice.schemas.wire.TaskKind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClusterViewTest {

  private final ClusterView view = new ClusterView(100);

  @Test
  void holdsEveryKindOfState() {
    view.put(Samples.state("job-1", JobStatus.RUNNING, 1));
    view.put(new Lane("cpu", "host-cpu", 0, 4));
    view.put(new Lane("cpu", "host-cpu", 0, 4)); // the next partition says so as well
    view.put(new ModelEntry("digits", 1, Map.of("best", 1)));
    view.put(version(1));
    view.put(new ModelPlace("digits", "job-1"));
    view.put(new LedgerCursor(17, 1));

    assertThat(view.jobs().job("job-1")).isPresent();
    assertThat(view.lanes()).containsExactly(new Lane("cpu", "host-cpu", 0, 4));
    assertThat(view.models().all())
        .singleElement()
        .satisfies(
            model -> {
              assertThat(model.name()).isEqualTo("digits");
              assertThat(model.aliases()).containsEntry("best", 1);
              assertThat(model.versions()).extracting(ModelVersion::version).containsExactly(1);
              assertThat(model.places()).isEqualTo(1);
            });
  }

  private static ModelVersion version(int number) {
    return Samples.model(number, Samples.facts(Objective.CROSS_ENTROPY, List.of("a", "b"), 2));
  }

  @Test
  void versionsOfOneTableShareWhatIsShownOfThem() {
    for (int number = 1; number <= 2; number++) {
      view.put(version(number));
    }
    var versions = view.models().model("digits").orElseThrow().versions();
    assertThat(versions.get(0).network()).isSameAs(versions.get(1).network());
    assertThat(versions.get(0).network().classes()).containsExactly("a", "b");
    assertThat(versions.get(0).network().featureScale().scale()).as("is not shown").isEmpty();
  }

  @Test
  void aModelIsThereWhileItHasAVersion() {
    view.put(new ModelEntry("digits", 2, Map.of()));
    view.put(version(1));
    view.put(version(2));

    view.remove("model/digits/1");
    assertThat(view.models().model("digits").orElseThrow().versions())
        .extracting(ModelVersion::version)
        .containsExactly(2);
    view.remove("model/digits/2");
    assertThat(view.models().model("digits")).isEmpty();
    assertThat(view.models().all()).isEmpty();
  }

  @Test
  void finishedJobsOfOneModelShareWhatIsKnownOfItsNetwork() {
    for (var id : List.of("i-1", "i-2")) {
      var facts = Samples.facts(Objective.CROSS_ENTROPY, List.of("a", "b"), 2);
      var job =
          Samples.state(
              id,
              "",
              Samples.job(Samples.inference()),
              JobStatus.SUCCEEDED,
              1,
              null,
              Samples.inferenceDone(facts),
              null);
      view.put(Samples.stored(job));
      assertThat(view.jobs().job(id)).as("without its facts").isEmpty();
      Samples.facts(job).forEach(view::put);
    }

    assertThat(network("i-1")).isSameAs(network("i-2"));
  }

  private NetworkFacts network(String jobId) {
    return requireNonNull(view.jobs().job(jobId).orElseThrow().inference()).model().network();
  }

  @Test
  void forgetsWhatTheLogForgets() {
    view.put(Samples.state("job-1", JobStatus.RUNNING, 1));
    view.put(new Lane("cpu", "host-cpu", 0, 4));
    view.put(new ModelEntry("digits", 1, Map.of("best", 1)));
    view.put(version(1));
    view.put(
        new ManifestChunk(
            "job-2",
            12,
            List.of(new ResultRange(0, 0, 1, 0, 5, "", "attempt-1")),
            Measured.NOTHING));

    view.remove("job-1");
    view.remove("lane/cpu");
    view.remove("model/digits");
    view.remove("model/digits/1");
    view.remove("job-2/12");
    view.remove("cursor");

    assertThat(view.jobs().job("job-1")).isEmpty();
    assertThat(view.jobs().counts()).isEmpty();
    assertThat(view.jobs().manifest("job-2").isEmpty()).isTrue();
    assertThat(view.lanes()).isEmpty();
    assertThat(view.models().all()).isEmpty();
  }

  @Test
  void countsTasksFinishedWhileItLooked() {
    var fleet = view.fleet();
    fleet.put(Samples.heartbeat("w1", "cpu", 0, 40, 1), 100);
    assertThat(fleet.finished("cpu")).as("done before it looked").isZero();

    fleet.put(Samples.heartbeat("w1", "cpu", 0, 45, 1), 200);
    fleet.put(Samples.heartbeat("w1", "cpu", 0, 3, 2), 300); // started anew
    fleet.put(Samples.heartbeat("w2", "npu", 0, 9, 1), 300);

    assertThat(fleet.finished("cpu")).isEqualTo(8);
    assertThat(fleet.finished("npu")).isZero();
  }

  @Test
  void aTaskInALanesTopicIsOpenWhileItsJobWantsItThere() {
    var task = OpenTask.first("prepare", TaskKind.PREPARE, 1_000, 0, 0, 0, 0, 0);
    view.put(Samples.state("j", JobStatus.PREPARING, 1_000, "gpu", List.of(task)));

    assertThat(view.isOpen("gpu", "j", "prepare", 1)).isTrue();
    assertThat(view.isOpen("cpu", "j", "prepare", 1)).as("it has moved").isFalse();
    assertThat(view.isOpen("gpu", "j", "prepare", 2)).as("another attempt").isFalse();
    assertThat(view.isOpen("gpu", "j", "export", 1)).as("reported").isFalse();
    assertThat(view.isOpen("gpu", "unknown", "prepare", 1)).as("not known to have ended").isTrue();

    view.put(Samples.state("j", JobStatus.CANCELLED, 1_000, "gpu", List.of()));
    assertThat(view.isOpen("gpu", "j", "prepare", 1)).as("cancelled").isFalse();
  }

  @Test
  void noTaskOfAJobThatHasLeftIsOpen() {
    var task = OpenTask.first("prepare", TaskKind.PREPARE, 1_000, 0, 0, 0, 0, 0);
    view.put(Samples.state("j", JobStatus.PREPARING, 1_000, "gpu", List.of(task)));
    assertThat(view.isOpen("gpu", "j", "prepare", 1)).isTrue();

    view.put(Samples.ended(0, Samples.state("j", JobStatus.CANCELLED, 1_000)));
    view.remove("j");

    assertThat(view.isOpen("gpu", "j", "prepare", 1)).isFalse();
    view.remove("/ended/0/0");
    assertThat(view.isOpen("gpu", "j", "prepare", 1)).as("it may be another's by now").isTrue();
  }

  @Test
  void aJobThatHasLeftIsNotBroughtBackByItsFacts() {
    var done = Samples.state("j", JobStatus.SUCCEEDED, 1);
    view.put(Samples.stored(done));
    view.put(Samples.ended(0, done));
    view.remove("j");

    Samples.facts(done).forEach(view::put);

    assertThat(view.jobs().job("j")).isEmpty();
    assertThat(view.jobs().past("j")).contains(Samples.ended(done));
  }

  @Test
  void factsThatAreReadBetweenThatAJobHasLeftAndItsRemovalChangeNothing() {
    var done = Samples.state("j", JobStatus.SUCCEEDED, 1);
    view.put(Samples.stored(done));
    view.put(Samples.ended(0, done));
    Samples.facts(done).forEach(view::put);
    view.remove("j");

    assertThat(view.jobs().past("j")).contains(Samples.ended(done));
    assertThat(view.jobs().counts()).containsOnly(Map.entry(JobStatus.SUCCEEDED, 1));
  }

  @Test
  void showsOnlyWorkersHeardOfLately() {
    view.fleet().put(Samples.heartbeat("w1", "cpu", 0, 0, 1), 100);
    view.fleet().put(Samples.heartbeat("w2", "cpu", 0, 0, 1), 900);

    assertThat(view.fleet().since(500))
        .extracting(worker -> worker.heartbeat().worker())
        .containsExactly("w2");
  }
}
