package dev.sluice.planner;

import static dev.sluice.planner.PlanFixture.fleet;
import static dev.sluice.planner.PlanFixture.inference;
import static dev.sluice.planner.PlanFixture.job;
import static dev.sluice.planner.PlanFixture.lane;
import static dev.sluice.planner.PlanFixture.mix;
import static dev.sluice.planner.PlanFixture.model;
import static dev.sluice.planner.PlanFixture.plan;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.accelerators.capability.Requirements.Purpose;
import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.accelerators.cost.ModelCosts;
import dev.sluice.accelerators.cost.Scenario;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PlanChangesTest {

  private static final String H100 = "nvidia-h100-sxm"; // 700 W, 80 GB
  private static final PlannedLane ATOMS =
      new PlannedLane("atom", model("rbln-atom"), 100, 1, 130.0);

  @Test
  void trainingOnInferenceChipsIsRefusedWithAllReasons() {
    var plan = costed(fleet(ATOMS), mix(1, training("tune", "llama3-8b")));
    var tune = job(plan, "tune");
    assertThat(tune.status()).isEqualTo(Plan.Status.NEVER);
    assertThat(plan.totals().never()).isEqualTo(2);
    assertThat(tune.refusals().getFirst().reasons())
        .anySatisfy(reason -> assertThat(reason).contains("no training software for rbln-atom"))
        .anySatisfy(reason -> assertThat(reason).contains("no interconnect between devices"));
    assertThat(plan.bottleneck().kind()).isEqualTo(Plan.Bottleneck.Kind.CAPABILITY);
    assertThat(plan.bottleneck().says()).contains("2 of 2 jobs");
  }

  @Test
  void theSmallestChangeIsTheFewestDevicesThatHoldTheJob() {
    // 16 bytes for each of 8.03e9 parameters are 128.5 GB: one MI300X (192 GB), or two H100.
    var change = costed(fleet(ATOMS), mix(1, training("tune", "llama3-8b"))).changes().getFirst();
    assertThat(change.purpose()).isEqualTo(Plan.Change.Purpose.MAKE_POSSIBLE);
    assertThat(change.devices()).isEqualTo(1);
    var memory = model(change.accelerator()).memory().gigabytes();
    assertThat(memory).isNotNull().isGreaterThan(128.5);
    assertThat(model(change.accelerator()).trains()).isTrue();
    assertThat(change.alternatives()).isNotEmpty();
  }

  @Test
  void devicesOfAKindThatIsThereComeBeforeOthers() {
    var plan = costed(fleet(ATOMS, lane("h100", H100, 1)), mix(1, training("tune", "llama3-8b")));
    var change = plan.changes().getFirst();
    assertThat(change.accelerator()).isEqualTo(H100);
    assertThat(change.devices()).isEqualTo(1); // to the one that is there
    assertThat(change.says()).contains("to lane h100");
  }

  @Test
  void whereTheJobsOwnDevicesStandInTheWayItIsSaid() {
    var asked = training("tune", "llama2-70b"); // 1,104 GB, more than any one device has
    var work = asked.work();
    var onOne =
        new JobClass(
            asked.name(),
            asked.model(),
            new JobClass.Work(
                work.purpose(), work.formats(), work.samples(), work.batch(), 1, work.scenario()),
            asked.arrival(),
            asked.wishes());
    // Workers of 16 can't be made of 15.
    assertThat(costed(fleet(lane("h100", H100, 15)), mix(1, onOne)).changes().getFirst().says())
        .startsWith("Leave out devices: 1 of tune")
        .contains("Add 1 x nvidia-h100-sxm to lane h100");
    assertThat(costed(fleet(ATOMS), mix(1, onOne)).changes().getFirst().says())
        .startsWith("Leave out devices: 1 of tune")
        .contains(" Add ");
    // 16 GB each: it takes 80 of 100, and workers of a power of two can't be made of those.
    assertThat(
            costed(fleet(lane("tpu", "google-tpu-v5e", 100)), mix(1, onOne))
                .changes()
                .getFirst()
                .says())
        .startsWith("Leave out devices: 1 of tune")
        .endsWith("The fleet needs no change then.");
  }

  @Test
  void whatIsSupposedOfTheLinksOfAddedDevicesIsSaid() {
    var tune = training("tune", "llama2-70b"); // 1,104 GB: more than NVLink joins H100s to
    assertThat(costed(fleet(lane("h100", H100, 8)), mix(1, tune)).changes().getFirst().says())
        .contains("NVLink 4 / NVSwitch joins 8; supposing a fast network beyond");
  }

  @Test
  void largerWorkersOfTheDevicesThatAreThereNeedNoNewOnes() {
    var job =
        new JobClass(
            "chat",
            ModelCosts.builtIn().find("llama2-70b").orElseThrow(),
            new JobClass.Work(
                Purpose.INFER, Set.of(NumberFormat.FP16), 100, 1, 0, Scenario.OFFLINE),
            new Arrival.Together(1, 0),
            JobClass.Wishes.NONE);
    var change = costed(fleet(lane("h100", H100, 8)), mix(1, job)).changes().getFirst();
    assertThat(change.devices()).isZero();
    assertThat(change.group()).isEqualTo(2); // 138 GB in FP16
    var regrouped = new PlannedLane("h100", model(H100), 8, 2, null);
    assertThat(costed(fleet(regrouped), mix(1, job)).totals().done()).isEqualTo(1);
  }

  @Test
  void aBudgetBelowOneJobIsToBeRaised() {
    var plan =
        plan(
            fleet(500, lane("gpu", H100, 1)),
            mix(1, inference("one", new Arrival.Together(1, 0))),
            Map.of("gpu", 1.0));
    assertThat(job(plan, "one").refusals().getFirst().reasons().getFirst())
        .contains("700 W", "500 W");
    assertThat(plan.changes().getFirst().budgetWatts()).isEqualTo(700);
  }

  @Test
  void aFleetThatIsLateIsToldTheFewestDevicesThatKeepUp() {
    // 100 jobs of 0.1 h are ten device-hours; the grace is 0.1 h + 0.05 h.
    var plan =
        plan(
            fleet(lane("gpu", H100, 4)),
            mix(1, inference("many", new Arrival.Together(100, 0))),
            Map.of("gpu", 360.0));
    assertThat(plan.totals().keepsUp()).isFalse();
    var change = plan.changes().getFirst();
    assertThat(change.purpose()).isEqualTo(Plan.Change.Purpose.KEEP_UP);
    // 11 rounds of 0.1 h fit into 1.15 h, and 11 rounds of 10 devices do 100 jobs.
    assertThat(change.devices()).isEqualTo(6);
    assertThat(change.says()).contains("5 are too few");
  }

  @Test
  void aFleetThatIsShortOfPowerIsToldTheBudget() {
    var plan =
        plan(
            fleet(2_100, lane("gpu", H100, 10)),
            mix(1, inference("many", new Arrival.Together(100, 0))),
            Map.of("gpu", 360.0));
    var change = plan.changes().getFirst();
    assertThat(change.budgetWatts()).isNotNull().isBetween(7_000.0, 8_000.0);
    assertThat(change.devices()).isZero();
  }

  private static JobClass training(String name, String model) {
    return new JobClass(
        name,
        ModelCosts.builtIn().find(model).orElseThrow(),
        new JobClass.Work(
            Purpose.TRAIN,
            Set.of(NumberFormat.BF16, NumberFormat.FP16),
            10_000_000,
            524_288,
            0,
            Scenario.OFFLINE),
        new Arrival.Together(2, 0),
        JobClass.Wishes.NONE);
  }

  private static Plan costed(PlannedFleet fleet, JobMix mix) {
    return new Planner(CatalogueFiles.builtIn(), new CostForecaster()).plan(fleet, mix);
  }

  @Test
  void whatIsPossibleNeedsNoChange() {
    var plan =
        plan(
            fleet(lane("gpu", H100, 1)),
            mix(1, inference("one", new Arrival.Together(1, 0))),
            Map.of("gpu", 1.0));
    assertThat(plan.changes()).isEqualTo(List.of());
    assertThat(plan.bottleneck().kind()).isEqualTo(Plan.Bottleneck.Kind.NONE);
  }
}
