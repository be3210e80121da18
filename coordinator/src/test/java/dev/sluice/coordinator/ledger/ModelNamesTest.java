package dev.sluice.coordinator.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.jobs.rules.ModelRecord;
import dev.sluice.jobs.state.Job;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.AliasSet;
import dev.sluice.schemas.wire.CancelRequested;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.DeleteModel;
import dev.sluice.schemas.wire.Exported;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobFacts;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneOpened;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.ModelRegistered;
import dev.sluice.schemas.wire.ModelResolved;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.RegisterModel;
import dev.sluice.schemas.wire.ReleasePlace;
import dev.sluice.schemas.wire.ReservePlace;
import dev.sluice.schemas.wire.ResolveModel;
import dev.sluice.schemas.wire.StoredState;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.TrainingSpec;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the owner of a model's name decides, and what jobs ask of it. */
class ModelNamesTest {

  private static final long NOW_MS = 1_000;

  private final Ledger ledger =
      new Ledger(LedgerLimits.DEFAULT, new Admission(CatalogueFiles.builtIn(), Aim.FINISH));
  private LedgerState state = new LedgerState();

  /** As the topic of states has it. */
  private final Map<String, StoredState> stored = new TreeMap<>();

  private final Map<String, JobFacts> facts = new TreeMap<>();
  private final Map<String, Job> jobs = new TreeMap<>();

  @Test
  void twoJobsThatRegisterOneNameGetVersionsOneAndTwo() {
    assertThat(registered("a")).isEqualTo(1);
    assertThat(registered("b")).isEqualTo(2);
    assertThat(registered("a")).isEqualTo(1);
  }

  @Test
  void aVersionIsARecordOfItsOwnAndTheNameStaysSmall() {
    registered("a");
    var decision = decide(new RegisterModel("m", "b", Specs.model("other", "b", 9)));

    assertThat(decision.changes()).containsOnlyKeys("model/m", "model/m/2");
    assertThat(decision.changes().get("model/m")).isEqualTo(new ModelEntry("m", 2, Map.of()));
    assertThat(decision.changes().get("model/m/2"))
        .asInstanceOf(type(ModelVersion.class))
        .satisfies(
            version -> {
              assertThat(version.name()).isEqualTo("m");
              assertThat(version.version()).isEqualTo(2);
              assertThat(version.registeredMs()).isEqualTo(NOW_MS);
            });
    assertThat(decision.effects())
        .anyMatch(e -> e instanceof Effect.Publish(var entry) && entry.lastVersion() == 2)
        .anyMatch(e -> e instanceof Effect.PublishVersion(var made) && made.version() == 2);
  }

  @Test
  void aNumberIsNotGivenTwiceWhateverIsDeletedAndWhoeverTakesOver() {
    registered("a");
    registered("b");
    decide(new DeleteModel("m", 2));
    takeOver();
    assertThat(registered("c")).isEqualTo(3);

    decide(new DeleteModel("m", DeleteModel.ALL));
    takeOver();
    assertThat(registered("d")).isEqualTo(4);
  }

  @Test
  void aNameIsFullByTheNumberOfItsVersionsAndTakesMoreOnceSomeAreDeleted() {
    fill(ModelRecord.VERSIONS_MAX);
    assertThat(registered("late")).isZero();
    var cause = refusal(decide(new ReservePlace("m", "late")));
    assertThat(cause.fault()).isEqualTo(Fault.NO_CAPACITY);
    assertThat(cause.why()).contains("10000 versions", "register 0 more", "takes 10000");
    assertThat(cause.mend()).contains("sluice models delete m@1");

    decide(new DeleteModel("m", 17));
    assertThat(registered("late")).isEqualTo(ModelRecord.VERSIONS_MAX + 1);
  }

  @Test
  void whoHasAPlaceGetsItsVersionHoweverManyComeAfterIt() {
    fill(ModelRecord.VERSIONS_MAX - 1);
    assertThat(decide(new ReservePlace("m", "first")).effects()).isEmpty();
    assertThat(decide(new ReservePlace("m", "first")).effects()).as("it has one").isEmpty();
    takeOver();

    assertThat(refusal(decide(new ReservePlace("m", "second"))).why()).contains("1 more");
    assertThat(registered("second")).isZero();
    assertThat(registered("first")).isEqualTo(ModelRecord.VERSIONS_MAX);
    assertThat(stored).doesNotContainKey(StateKeys.place("m", "first"));
  }

  @Test
  void aPlaceThatIsGivenBackIsAnothers() {
    fill(ModelRecord.VERSIONS_MAX - 1);
    decide(new ReservePlace("m", "first"));
    decide(new ReleasePlace("m", "first"));
    assertThat(decide(new ReleasePlace("m", "first")).removals()).isEmpty();
    assertThat(stored).doesNotContainKey(StateKeys.place("m", "first"));
    assertThat(decide(new ReservePlace("m", "second")).effects()).isEmpty();
  }

  @Test
  void aJobAsksForAPlaceWhenItBeginsAndNotWhenItWaitsForALane() {
    var training = Specs.training(10, 4, "m");
    assertThat(told(decide(new Submitted("refused", "", training)))).isEmpty();

    decide(new LaneOpened(new Lane("cpu", "host-cpu", 0, 0)));
    assertThat(told(decide(new Submitted("j", "", training))))
        .containsExactly(new ReservePlace("m", "j"));
    var quantisation = Specs.job(new QuantisationSpec("m", "1", "int8", dataset(), 4, null));
    assertThat(told(decide(new Submitted("q", "", quantisation))))
        .containsExactlyInAnyOrder(new ReservePlace("m", "q"), new ResolveModel("m", "q", "1"));
    assertThat(told(decide(new Submitted("none", "", Specs.training(10, 4, null))))).isEmpty();
  }

  @Test
  void aJobThatFindsTheNameFullIsRefusedBeforeItHasDoneAnything() {
    decide(new LaneOpened(new Lane("cpu", "host-cpu", 0, 0)));
    decide(new Submitted("j", "", Specs.training(10, 4, "m")));
    var cause = new Cause(Code.MODEL_FULL, "register", "No room.", "", "");
    decide(new ModelRegistered("j", "m", 0, cause));

    assertThat(job().status()).isEqualTo(JobStatus.REFUSED);
    assertThat(job().cause()).isEqualTo(cause);
  }

  @Test
  void aJobThatEndsWithoutItsVersionGivesItsPlaceBack() {
    decide(new LaneOpened(new Lane("cpu", "host-cpu", 0, 0)));
    decide(new Submitted("j", "", Specs.training(10, 4, "m")));
    assertThat(told(decide(new CancelRequested("j", ""))))
        .containsExactly(new ReleasePlace("m", "j"));
  }

  @Test
  void aJobThatHasItsVersionHasNoPlaceToGiveBack() {
    decide(new LaneOpened(new Lane("cpu", "host-cpu", 0, 0)));
    var spec = Specs.job(new QuantisationSpec("m", "1", "int8", dataset(), 4, null));
    decide(new Submitted("j", "", spec));
    decide(new ModelResolved("j", Specs.model("m", "trainer", 9).numbered(1, 0), null));
    var made = new Exported(Specs.model("m", "j", 9));
    decide(new TaskReported("j", "quantise", 1, "w", Specs.ENGINE, made, ""));
    assertThat(told(decide(new ModelRegistered("j", "m", 2, null)))).isEmpty();
    assertThat(job().status()).isEqualTo(JobStatus.SUCCEEDED);
  }

  @Test
  void whatIsAskedForIsReadFromWhereItIsStored() {
    registered("a");
    registered("b");
    decide(new AliasSet("m", "best", 1));
    assertThat(resolved("latest")).isEqualTo(2);
    assertThat(resolved("best")).isEqualTo(1);
    assertThat(resolved("1")).isEqualTo(1);
    assertThat(resolved("3")).isNull();

    var decision = decide(new ResolveModel("m", "i", "1"));
    decision.answer((model, number) -> Specs.model(model, "a", 9).numbered(number, 5));
    assertThat(told(decision))
        .containsExactly(new ModelResolved("i", Specs.model("m", "a", 9).numbered(1, 5), null));
  }

  @Test
  void latestIsTheHighestThatIsLeftAndAliasesGoWithTheirVersion() {
    registered("a");
    registered("b");
    registered("c");
    decide(new AliasSet("m", "best", 3));
    decide(new AliasSet("m", "old", 1));
    var decision = decide(new DeleteModel("m", 3));

    assertThat(decision.removals()).containsExactly("model/m/3");
    assertThat(decision.effects()).contains(new Effect.Withdraw("m", 3));
    assertThat(stored.get("model/m")).isEqualTo(new ModelEntry("m", 3, Map.of("old", 1)));
    assertThat(resolved("latest")).isEqualTo(2);
    assertThat(resolved("best")).isNull();
    assertThat(resolved("3")).isNull();
    assertThat(decide(new AliasSet("m", "best", 3)).changes()).as("it is gone").isEmpty();
  }

  @Test
  void deletingTwiceOrWhatIsNotThereChangesNothing() {
    registered("a");
    decide(new DeleteModel("m", 1));
    for (var again : List.of(new DeleteModel("m", 1), new DeleteModel("nobody", 0))) {
      var decision = decide(again);
      assertThat(decision.changes()).isEmpty();
      assertThat(decision.removals()).isEmpty();
      assertThat(decision.effects()).isEmpty();
    }
  }

  @Test
  void aModelThatIsNotThereIsNamedTogetherWithWhatIs() {
    registered("a");
    registered("b");
    registered("c");
    decide(new DeleteModel("m", 2));
    var answer = (ModelResolved) told(decide(new ResolveModel("m", "i", "7"))).getFirst();
    assertThat(answer.model()).isNull();
    var cause = Objects.requireNonNull(answer.cause());
    assertThat(cause.what()).contains("m@7 does not exist");
    assertThat(cause.why()).contains("2 versions from 1 to 3");
  }

  private static DatasetSpec dataset() {
    return ((TrainingSpec) Specs.training(1, 1, null).work()).dataset();
  }

  private void fill(int versions) {
    for (int i = 0; i < versions; i++) {
      registered("filler-" + i);
    }
  }

  private int registered(String jobId) {
    var decision = decide(new RegisterModel("m", jobId, Specs.model("m", jobId, 9)));
    return ((ModelRegistered) told(decision).getFirst()).version();
  }

  private @Nullable Integer resolved(String selector) {
    var answers = decide(new ResolveModel("m", "i", selector)).answers();
    return answers.isEmpty() ? null : answers.getFirst().version();
  }

  private static Cause refusal(Decision decision) {
    return Objects.requireNonNull(((ModelRegistered) told(decision).getFirst()).cause());
  }

  private static List<JobEvent> told(Decision decision) {
    return decision.effects().stream()
        .filter(Effect.Tell.class::isInstance)
        .map(effect -> ((Effect.Tell) effect).event())
        .toList();
  }

  private Job job() {
    return Objects.requireNonNull(jobs.get("j"));
  }

  private void takeOver() {
    state = new LedgerState();
    stored.values().forEach(state::apply);
    facts.values().forEach(state::apply);
    assertThat(state.loaded()).isEmpty();
  }

  private Decision decide(JobEvent event) {
    var decision = ledger.decide(state, event, new Moment(NOW_MS, Fleet.EMPTY));
    state.apply(decision);
    stored.putAll(decision.changes());
    facts.putAll(decision.facts());
    jobs.putAll(decision.jobs());
    stored.keySet().removeAll(decision.removals());
    return decision;
  }
}
