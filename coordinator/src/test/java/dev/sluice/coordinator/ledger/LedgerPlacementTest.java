package dev.sluice.coordinator.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.jobs.state.Job;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.CancelRequested;
import dev.sluice.schemas.wire.DatasetFacts;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.Exported;
import dev.sluice.schemas.wire.InferencePrepared;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.Inferred;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneOpened;
import dev.sluice.schemas.wire.Measured;
import dev.sluice.schemas.wire.ModelRegistered;
import dev.sluice.schemas.wire.ModelResolved;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.PlacementWishes;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.Quantise;
import dev.sluice.schemas.wire.RegisterModel;
import dev.sluice.schemas.wire.ResultRange;
import dev.sluice.schemas.wire.RowFaults;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.Unplaceable;
import dev.sluice.schemas.wire.Verdict;
import dev.sluice.schemas.wire.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which lane the ledger gives a job, when it thinks again, and how lanes help each other. */
final class LedgerPlacementTest {

  private final LedgerLimits limits =
      new LedgerLimits(3, 2, 5_000, 1_000, 2_000, 20_000, 6, 4, 65_536, 250, 4L << 20);
  private final Ledger ledger =
      new Ledger(limits, new Admission(CatalogueFiles.builtIn(), Aim.FINISH));
  private final LedgerState state = new LedgerState();
  private final List<Effect> effects = new ArrayList<>();
  private @Nullable Job last;
  private Fleet fleet = Fleet.EMPTY;
  private final long nowMs = 1_000;

  @Test
  void aModelThatTheChosenLaneCanNotHoldMovesToOneThatCan() {
    open("a-warboy", "furiosa-warboy");
    open("cpu", "host-cpu");
    submit(Specs.inference("m", "1"));
    assertThat(job().status()).isEqualTo(JobStatus.RESOLVING);

    resolved("fp32");

    assertThat(job().status()).isEqualTo(JobStatus.PREPARING);
    assertThat(job().lane()).isEqualTo("cpu");
    assertThat(job().verdicts().getFirst().verdict()).isEqualTo(Verdict.IMPOSSIBLE);
    assertThat(job().verdicts().getFirst().reasons().getFirst().what())
        .contains("fp32", "furiosa-warboy computes in int8", "quantisation");
  }

  @Test
  void aVersionInTheDevicesFormatRunsThere() {
    open("a-warboy", "furiosa-warboy");
    submit(Specs.inference("m", "1"));
    resolved("int8");
    assertThat(job().lane()).isEqualTo("a-warboy");
    assertThat(job().status()).isEqualTo(JobStatus.PREPARING);
  }

  @Test
  void aModelThatNoLaneCanRunIsRefusedOnceThatIsKnown() {
    open("a-warboy", "furiosa-warboy");
    submit(Specs.inference("m", "1"));
    resolved("fp32");
    assertThat(job().status()).isEqualTo(JobStatus.REFUSED);
    assertThat(Objects.requireNonNull(job().cause()).why()).contains("a-warboy", "int8");
  }

  @Test
  void aHeldInferenceJobGoesOnWithTheModelItHasWhenALaneOpens() {
    open("a-warboy", "furiosa-warboy");
    var spec = Specs.inference("m", "1");
    submit(
        new JobSpec(
            "t",
            "",
            Priority.NORMAL,
            List.of(),
            Unplaceable.HOLD,
            spec.work(),
            PlacementWishes.NONE));
    resolved("fp32");
    assertThat(job().status()).isEqualTo(JobStatus.HELD);

    open("cpu", "host-cpu");

    assertThat(job().status()).isEqualTo(JobStatus.PREPARING);
    assertThat(job().lane()).isEqualTo("cpu");
  }

  @Test
  void workersWhoseLaneIsEmptyHelpWithRows() {
    open("a", "host-cpu");
    open("b", "host-cpu");
    open("npu", "furiosa-warboy");
    fleet =
        new Fleet(
            List.of(
                Specs.worker("a1", "a", 0),
                Specs.worker("b1", "b", 0),
                Specs.worker("n1", "npu", 0)),
            Map.of("b", 0L),
            3);
    submit(inA(Specs.inference("m", "1").work(), null));
    resolved("fp32");
    prepared(100);

    // One for the own worker, one for the idle one of b, the rest waits in the own lane; the
    // Warboy idles too, but can't.
    assertThat(dispatchedTo("a")).hasSize(5);
    assertThat(dispatchedTo("b")).containsExactly("infer-1");
    assertThat(dispatchedTo("npu")).isEmpty();
    assertThat(job().open()).anyMatch(task -> task.lane().equals("b"));

    effects.clear();
    report("infer-1", answers(4));
    assertThat(dispatchedTo("b")).containsExactly("infer-6");
  }

  @Test
  void whoeverWantsLeastEnergyWaitsForTheLaneThatGivesIt() {
    open("a", "host-cpu");
    open("b", "host-cpu");
    fleet =
        new Fleet(
            List.of(Specs.worker("a1", "a", 0), Specs.worker("b1", "b", 0)),
            Map.of("a", 0L, "b", 0L),
            3);
    assertThat(lanesOfRows(Aim.FINISH)).containsExactlyInAnyOrder("a", "b");
    assertThat(lanesOfRows(Aim.ENERGY)).containsExactly("a");
  }

  /** Lanes to which the rows of one more job go. */
  private List<String> lanesOfRows(Aim aim) {
    if (last != null) {
      decide(new CancelRequested("j", ""));
      state.forget("j");
    }
    submit(inA(Specs.inference("m", "1").work(), aim));
    resolved("fp32");
    prepared(100);
    return dispatches().stream().map(Effect.Dispatch::lane).distinct().toList();
  }

  @Test
  void aQuantisationJobResolvesQuantisesAndRegisters() {
    open("cpu", "host-cpu");
    var dataset = ((InferenceSpec) Specs.inference("m", "1").work()).dataset();
    submit(Specs.job(quantisation(dataset, null)));
    assertThat(job().status()).isEqualTo(JobStatus.RESOLVING);

    resolved("fp32");
    var action = dispatches().getLast().task().action();
    assertThat(action).isInstanceOf(Quantise.class);

    effects.clear();
    var made = Specs.model("m", "j", 9);
    report("quantise", new Exported(made));
    assertThat(effects)
        .filteredOn(Effect.Tell.class::isInstance)
        .singleElement()
        .satisfies(
            effect ->
                assertThat(((Effect.Tell) effect).event())
                    .isEqualTo(new RegisterModel("m", "j", made)));

    decide(new ModelRegistered("j", "m", 2, null));
    assertThat(job().status()).isEqualTo(JobStatus.SUCCEEDED);
    assertThat(Objects.requireNonNull(job().model()).version()).isEqualTo(2);
  }

  @Test
  void everyDecisionIsStoredWithWhatItSaw() {
    open("cpu", "host-cpu");
    fleet = new Fleet(List.of(Specs.worker("c", "cpu", 0)), Map.of("cpu", 0L), 42);
    submit(Specs.inference("m", "1"));
    var placement = Objects.requireNonNull(job().placement());
    assertThat(placement.fleetVersion()).isEqualTo(42);
    assertThat(placement.aim()).isEqualTo(Aim.FINISH);
    assertThat(placement.decidedMs()).isEqualTo(nowMs);
  }

  private static QuantisationSpec quantisation(DatasetSpec dataset, @Nullable String register) {
    return new QuantisationSpec("m", "1", "int8", dataset, 16, register);
  }

  private static JobSpec inA(Work work, @Nullable Aim aim) {
    return new JobSpec(
        "t",
        "",
        Priority.NORMAL,
        List.of(),
        Unplaceable.REFUSE,
        work,
        new PlacementWishes(List.of(), false, aim));
  }

  private static ModelVersion version(String format) {
    var trained = Specs.model("m", "trainer", 9);
    return new ModelVersion(
        "m",
        1,
        "trainer",
        trained.sha256(),
        trained.network(),
        List.of(),
        List.of(),
        trained.dataset(),
        0,
        Specs.ENGINE,
        0,
        format,
        "");
  }

  private static Outcome answers(long rows) {
    return new Inferred(
        new ResultRange(0, 0, 0, 4, 4 + rows, "", ""),
        0,
        0,
        0,
        0,
        0,
        null,
        RowFaults.NONE,
        Measured.NOTHING);
  }

  private Job job() {
    return Objects.requireNonNull(last);
  }

  private List<Effect.Dispatch> dispatches() {
    return effects.stream()
        .filter(Effect.Dispatch.class::isInstance)
        .map(Effect.Dispatch.class::cast)
        .toList();
  }

  private List<String> dispatchedTo(String lane) {
    return dispatches().stream()
        .filter(d -> d.lane().equals(lane) && d.task().taskId().startsWith("infer"))
        .map(d -> d.task().taskId())
        .toList();
  }

  private void open(String lane, String accelerator) {
    decide(new LaneOpened(new Lane(lane, accelerator, 0, 0)));
  }

  private void submit(JobSpec spec) {
    decide(new Submitted("j", "", spec));
  }

  private void resolved(String format) {
    decide(new ModelResolved("j", version(format), null));
  }

  private void prepared(long rows) {
    effects.clear();
    report("prepare", new InferencePrepared(new DatasetFacts(Specs.ARTIFACT, rows, 0, 0)));
  }

  private void report(String taskId, Outcome outcome) {
    decide(new TaskReported("j", taskId, 1, "w", Specs.ENGINE, outcome, ""));
  }

  private void decide(JobEvent event) {
    var decision = ledger.decide(state, event, new Moment(nowMs, fleet));
    state.apply(decision);
    effects.addAll(decision.effects());
    if (decision.jobs().containsKey("j")) {
      last = decision.jobs().get("j");
    }
  }
}
