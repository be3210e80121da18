package dev.sluice.planner;

import static dev.sluice.planner.PlanFixture.SECOND;
import static dev.sluice.planner.PlanFixture.fleet;
import static dev.sluice.planner.PlanFixture.inference;
import static dev.sluice.planner.PlanFixture.job;
import static dev.sluice.planner.PlanFixture.lane;
import static dev.sluice.planner.PlanFixture.mix;
import static dev.sluice.planner.PlanFixture.plan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.Priority;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PlanSimulationTest {

  private static final String H100 = "nvidia-h100-sxm"; // 700 W

  @Test
  void fourJobsOnTwoDevicesTakeTwoRounds() {
    var plan =
        plan(
            fleet(lane("gpu", H100, 2)),
            mix(1, inference("four", new Arrival.Together(4, 0))),
            Map.of("gpu", 10.0));
    assertThat(plan.totals().makespanSeconds()).isEqualTo(20);
    assertThat(plan.totals().done()).isEqualTo(4);
    assertThat(plan.totals().joules()).isEqualTo(4 * 10 * 700.0);
    assertThat(plan.totals().wattsMost()).isEqualTo(1400);
    var waits = job(plan, "four").waits();
    assertThat(waits.mean()).isEqualTo(5);
    assertThat(waits.p50()).isZero();
    assertThat(waits.p95()).isCloseTo(10, within(0.2));
    assertThat(waits.most()).isEqualTo(10);
    assertThat(lane(plan, "gpu").utilisation()).isEqualTo(1);
    assertThat(lane(plan, "gpu").waitingMost()).isEqualTo(2);
  }

  @Test
  void aJobOfTwoDevicesWaitsForBothAndNothingOvertakesIt() {
    var plan =
        plan(
            fleet(lane("gpu", H100, 2)),
            mix(
                1,
                inference("single", new Arrival.Together(1, 0)),
                inference("pair", new Arrival.Together(1, SECOND), Priority.NORMAL, Aim.FINISH, 2),
                inference("late", new Arrival.Together(1, 2 * SECOND))),
            Map.of("gpu", 10.0));
    assertThat(job(plan, "pair").waits().most()).isCloseTo(9, within(1e-9));
    assertThat(job(plan, "late").waits().most()).isCloseTo(18, within(1e-9));
    assertThat(plan.totals().makespanSeconds()).isEqualTo(30);
  }

  @Test
  void higherPrioritiesGoFirstAndNothingIsPreempted() {
    var plan =
        plan(
            fleet(lane("gpu", H100, 1)),
            mix(
                1,
                inference("low", new Arrival.Together(2, 0), Priority.LOW, Aim.FINISH, 0),
                inference(
                    "high", new Arrival.Together(1, 5 * SECOND), Priority.HIGH, Aim.FINISH, 0)),
            Map.of("gpu", 10.0));
    assertThat(job(plan, "high").waits().most()).isCloseTo(5, within(1e-9));
    assertThat(job(plan, "low").waits().most()).isEqualTo(20);
  }

  @Test
  void jobsGoWhereTheyFinishFirstUntilTheQueueIsLonger() {
    var plan =
        plan(
            fleet(lane("fast", H100, 1), lane("slow", H100, 1)),
            mix(1, inference("three", new Arrival.Together(3, 0))),
            Map.of("fast", 5.0, "slow", 11.0));
    assertThat(ran(plan, "three")).isEqualTo(Map.of("fast", 2L, "slow", 1L));
    assertThat(plan.totals().makespanSeconds()).isEqualTo(11);
  }

  @Test
  void whoWantsLeastEnergyWaitsForIt() {
    var plan =
        plan(
            fleet(lane("fast", H100, 1), lane("frugal", "furiosa-warboy", 1)), // 60 W
            mix(1, inference("three", new Arrival.Together(3, 0), Priority.NORMAL, Aim.ENERGY, 0)),
            Map.of("fast", 5.0, "frugal", 10.0));
    assertThat(ran(plan, "three")).isEqualTo(Map.of("fast", 0L, "frugal", 3L));
    assertThat(plan.totals().makespanSeconds()).isEqualTo(30);
  }

  @Test
  void aDeviceThatWouldExceedTheBudgetWaits() {
    var plan =
        plan(
            fleet(1000, lane("gpu", H100, 2)),
            mix(1, inference("four", new Arrival.Together(4, 0))),
            Map.of("gpu", 10.0));
    assertThat(plan.totals().makespanSeconds()).isEqualTo(40);
    assertThat(plan.totals().wattsMost()).isEqualTo(700);
    assertThat(plan.totals().powerShortSeconds()).isEqualTo(30);
    assertThat(plan.bottleneck().kind()).isEqualTo(Plan.Bottleneck.Kind.POWER);
  }

  @Test
  void theBudgetIsOneForAllLanesAndTheOldestJobGetsIt() {
    var plan =
        plan(
            fleet(1000, lane("a", H100, 1), lane("b", H100, 1)),
            mix(1, inference("two", new Arrival.Together(2, 0))),
            Map.of("a", 10.0, "b", 10.0));
    assertThat(plan.totals().wattsMost()).isEqualTo(700);
    assertThat(plan.totals().makespanSeconds()).isEqualTo(20);
  }

  @Test
  void jobsWhoseTimeIsNotKnownAreLeftOutAndSaid() {
    var plan =
        plan(
            fleet(lane("gpu", H100, 1)),
            mix(1, inference("some", new Arrival.Together(3, 0))),
            Map.of());
    assertThat(job(plan, "some").status()).isEqualTo(Plan.Status.UNPREDICTABLE);
    assertThat(plan.totals().unpredictable()).isEqualTo(3);
    assertThat(job(plan, "some").refusals().getFirst().reasons())
        .containsExactly("Nobody published it.");
  }

  @Test
  void energyIsUnknownWhereADevicesPowerIs() {
    var plan =
        plan(
            fleet(lane("atom", "rbln-atom", 1)),
            mix(1, inference("one", new Arrival.Together(1, 0))),
            Map.of("atom", 10.0));
    assertThat(plan.totals().joules()).isNull();
    assertThat(plan.totals().wattsMost()).isNull();
    assertThat(plan.timeline().watts()).isEmpty();
  }

  @Test
  void evenArrivalsAreEquallyFarApart() {
    var plan =
        plan(
            fleet(lane("gpu", H100, 1)),
            mix(1, inference("four", new Arrival.Even(4))),
            Map.of("gpu", 60.0));
    assertThat(plan.totals().makespanSeconds()).isEqualTo(3 * 900 + 60);
    assertThat(lane(plan, "gpu").utilisation()).isCloseTo(240 / 2760.0, within(1e-12));
  }

  @Test
  void randomArrivalsComeAtTheirRateAndDependOnTheSeedAlone() {
    var fleet = fleet(lane("gpu", H100, 100));
    var jobs = inference("many", new Arrival.Random(10_000));
    var one = plan(fleet, mix(1, jobs), Map.of("gpu", 30.0));
    var again = plan(fleet, mix(1, jobs), Map.of("gpu", 30.0));
    var other =
        plan(fleet, new JobMix("jobs", "", "", 1, 2, mix(1, jobs).jobs()), Map.of("gpu", 30.0));
    assertThat(one).isEqualTo(again);
    assertThat(one.totals().arrived()).isBetween(9_600L, 10_400L); // four standard deviations
    assertThat(other.totals()).isNotEqualTo(one.totals());
  }

  @Test
  void randomArrivalsWaitAsQueueingTheoryHasIt() {
    var plan =
        plan(
            fleet(lane("gpu", H100, 1)),
            mix(2_000, inference("many", new Arrival.Random(60))),
            Map.of("gpu", 30.0));
    // Pollaczek and Khinchine, constant service: s x load / (2 x (1 - load)), here with load 1/2.
    assertThat(job(plan, "many").waits().mean()).isCloseTo(15, within(0.6));
    assertThat(lane(plan, "gpu").utilisation()).isCloseTo(0.5, within(0.01));
  }

  @ParameterizedTest
  @ValueSource(ints = {1_000, 10_000, 100_000})
  void aJobCostsTwoEventsAndALookAtEachLane(int jobs) {
    var plan =
        plan(
            fleet(lane("a", H100, 40), lane("b", H100, 60), lane("c", H100, 80)),
            mix(10, inference("many", new Arrival.Even(jobs))),
            Map.of("a", 50.0, "b", 60.0, "c", 70.0));
    assertThat(plan.totals().done()).isEqualTo(jobs);
    assertThat(plan.totals().events()).isEqualTo(2L * jobs);
    assertThat(plan.totals().looks()).isEqualTo(3L * jobs);
    assertThat(plan.timeline().seconds()).hasSizeLessThanOrEqualTo(300);
  }

  private static Map<String, Long> ran(Plan plan, String name) {
    return job(plan, name).where().stream()
        .collect(Collectors.toMap(Plan.Where::lane, Plan.Where::ran));
  }
}
