package dev.sluice.planner;

import static dev.sluice.planner.PlanFixture.fleet;
import static dev.sluice.planner.PlanFixture.lane;
import static dev.sluice.planner.PlanFixture.mix;
import static dev.sluice.planner.PlanFixture.model;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.accelerators.capability.Requirements.Purpose;
import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.accelerators.cost.ModelCosts;
import dev.sluice.accelerators.cost.Scenario;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.Priority;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is proposed for jobs that can never run, where the plain addition will not do. */
final class PlanRemediesTest {

  private static final String H100 = "nvidia-h100-sxm"; // 700 W, 80 GB
  private static final PlannedLane ATOMS = new PlannedLane("atom", model("rbln-atom"), 4, 1, 130.0);

  @Test
  void underABudgetOnlyDevicesOfKnownPowerAreProposedTogetherWithTheBudgetThatTheyTake() {
    var fleet = fleet(1_000, ATOMS);
    var job = training("tune", "llama2-70b"); // 1,104 GB
    var change = plan(fleet, job).changes().getFirst();
    assertThat(model(change.accelerator()).power().tdpWatts()).isNotNull();
    double budget = Objects.requireNonNull(change.budgetWatts());
    assertThat(change.says()).contains("Add 8 x ", ", and raise the power budget to ");
    assertThat(change.alternatives()).allMatch(other -> other.contains(", with a power budget of"));
    var added =
        new PlannedLane(
            "new", model(change.accelerator()), (int) change.devices(), change.group(), null);
    assertThat(plan(fleet(budget, ATOMS, added), job).totals().never()).isZero();
    assertThat(plan(fleet(budget - 1, ATOMS, added), job).totals().never()).isEqualTo(1);
  }

  @Test
  void largerWorkersMayAlsoTakeALargerBudget() {
    var job = asking("chat", "llama2-70b"); // 138 GB in FP16
    var change = plan(fleet(1_000, lane("h100", H100, 8)), job).changes().getFirst();
    assertThat(change.group()).isEqualTo(2);
    assertThat(change.lane()).isEqualTo("h100");
    assertThat(change.budgetWatts()).isEqualTo(1_400);
    assertThat(change.says()).contains("raise the power budget to 1.40 kW");
  }

  @Test
  void aJobOfOneLaneIsHelpedOnThatLane() {
    var fleet = fleet(lane("h100", H100, 1), lane("other", H100, 8));
    var tune = plan(fleet, on(training("tune", "llama3-8b"), "h100")).changes().getFirst();
    assertThat(tune.says()).startsWith("Add 1 x nvidia-h100-sxm to lane h100");
    var chat = plan(fleet, on(asking("chat", "llama2-70b"), "h100")).changes().getFirst();
    assertThat(chat.says())
        .startsWith("Add 1 x nvidia-h100-sxm to lane h100 and make workers of 2");
    assertThat(chat.group()).isEqualTo(2);
  }

  @Test
  void aJobWhoseLaneCannotBeMendedIsToldToLeaveItOut() {
    var job = on(training("tune", "llama3-8b"), "atom");
    assertThat(plan(fleet(ATOMS), job).changes().getFirst().says())
        .startsWith("Leave out lanes: [atom] of tune")
        .contains(" Add 1 x ");
    assertThat(plan(fleet(ATOMS, lane("h100", H100, 8)), job).changes().getFirst().says())
        .startsWith("Leave out lanes: [atom] of tune")
        .endsWith("The fleet needs no change then.");
  }

  @Test
  void aLaneThatIsNotThereYetCanBeAdded() {
    var job = on(training("tune", "llama3-8b"), "train");
    assertThat(plan(fleet(ATOMS), job).changes().getFirst().says()).startsWith("Add 1 x ");
  }

  @Test
  void whatCannotBePredictedIsNotCalledImpossible() {
    // Of this model only the cost of training is published.
    var change =
        plan(fleet(lane("a100", "nvidia-a100-sxm-40gb", 31)), asking("big", "llama31-405b"))
            .changes()
            .getFirst();
    assertThat(change.says())
        .contains("can't be predicted", "only the cost of training is published")
        .doesNotContain("No accelerator");
  }

  @Test
  void classesThatWereNotLookedAtAreCounted() {
    var jobs =
        IntStream.range(0, Additions.JOBS_MAX + 3)
            .mapToObj(number -> training("tune-" + number, "llama3-8b"))
            .toArray(JobClass[]::new);
    var change = plan(fleet(ATOMS), jobs).changes().getLast();
    assertThat(change.says()).startsWith("3 classes were not looked at");
    assertThat(change.jobs()).containsExactly("tune-50", "tune-51", "tune-52");
  }

  private static Plan plan(PlannedFleet fleet, JobClass... jobs) {
    return new Planner(CatalogueFiles.builtIn(), new CostForecaster()).plan(fleet, mix(1, jobs));
  }

  private static JobClass on(JobClass job, String lane) {
    return new JobClass(
        job.name(),
        job.model(),
        job.work(),
        job.arrival(),
        new JobClass.Wishes(Priority.NORMAL, Aim.FINISH, List.of(lane), List.of()));
  }

  private static JobClass training(String name, String model) {
    return job(
        name,
        model,
        new JobClass.Work(
            Purpose.TRAIN,
            Set.of(NumberFormat.BF16, NumberFormat.FP16),
            1_000_000,
            524_288,
            0,
            Scenario.OFFLINE));
  }

  private static JobClass asking(String name, String model) {
    return job(
        name,
        model,
        new JobClass.Work(Purpose.INFER, Set.of(NumberFormat.FP16), 100, 1, 0, Scenario.OFFLINE));
  }

  private static JobClass job(String name, String model, JobClass.Work work) {
    return new JobClass(
        name,
        ModelCosts.builtIn().find(model).orElseThrow(),
        work,
        new Arrival.Together(1, 0),
        JobClass.Wishes.NONE);
  }
}
