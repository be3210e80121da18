package dev.sluice.planner;

import static dev.sluice.planner.PlanFixture.fleet;
import static dev.sluice.planner.PlanFixture.inference;
import static dev.sluice.planner.PlanFixture.lane;
import static dev.sluice.planner.PlanFixture.mix;
import static dev.sluice.planner.PlanFixture.model;
import static dev.sluice.planner.PlanFixture.plan;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.Priority;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whether a fleet keeps up, what holds it up where it doesn't, and what mends that. */
final class PlanKeepUpTest {

  private static final String H100 = "nvidia-h100-sxm"; // 700 W
  private static final String WARBOY = "furiosa-warboy"; // 60 W

  @Test
  void whoTakesASlowDeviceForItsEnergyAndNeverWaitsKeepsUp() {
    var plan =
        plan(
            fleet(lane("fast", H100, 1), lane("frugal", WARBOY, 500)),
            mix(1, inference("all", new Arrival.Even(100), Priority.NORMAL, Aim.ENERGY, 0)),
            Map.of("fast", 60.0, "frugal", 600.0));
    assertThat(plan.totals().keepsUp()).isTrue();
    assertThat(plan.changes()).isEmpty();
  }

  @Test
  void aQueueOfLongJobsDoesNotKeepUpHoweverLongTheyAre() {
    // The second job would start after 30 hours; both arrive within one.
    var plan =
        plan(
            fleet(lane("gpu", H100, 1)),
            mix(1, inference("long", new Arrival.Together(2, 0))),
            Map.of("gpu", 30 * 3600.0));
    assertThat(plan.totals().keepsUp()).isFalse();
    assertThat(plan.changes().getFirst().devices()).isEqualTo(1);
  }

  @Test
  void lanesThatAreLateApartAreGrownOneByOne() {
    var seconds = Map.of("a", 360.0, "b", 360.0);
    var jobs = mix(1, on("a", 100), on("b", 200));
    var before = plan(fleet(lane("a", H100, 4), lane("b", WARBOY, 4)), jobs, seconds);
    assertThat(before.changes()).extracting(Plan.Change::lane).containsExactlyInAnyOrder("a", "b");
    assertThat(before.changes().getFirst().says()).contains("(part 1 of 2)");
    var more = new int[2];
    for (var change : before.changes()) {
      more["ab".indexOf(change.lane())] = (int) change.devices();
    }
    // 11 rounds of 0.1 h start within 1.05 h: 10 devices do 100 jobs, and 19 do 200.
    assertThat(more).containsExactly(6, 15);
    var after =
        plan(fleet(lane("a", H100, 4 + more[0]), lane("b", WARBOY, 4 + more[1])), jobs, seconds);
    assertThat(after.totals().keepsUp()).isTrue();
  }

  @Test
  void whereNothingIsFoundThatIsSaid() {
    var names = IntStream.rangeClosed(1, 9).mapToObj(number -> "l" + number).toList();
    var plan =
        plan(
            fleet(names.stream().map(name -> lane(name, H100, 1)).toArray(PlannedLane[]::new)),
            mix(1, names.stream().map(name -> on(name, 100)).toArray(JobClass[]::new)),
            names.stream().collect(Collectors.toMap(name -> name, name -> 360.0)));
    assertThat(plan.totals().keepsUp()).isFalse();
    assertThat(plan.changes()).hasSize(1);
    assertThat(plan.changes().getFirst().says()).startsWith("No number of devices was found");
  }

  @Test
  void devicesAndBudgetAreRaisedForTheLaneThatGrows() {
    // Two lanes of one kind of device, of which the one that grows is limited to 300 W each.
    var limited = new PlannedLane("limited", model(H100), 4, 1, 300.0);
    var jobs = mix(1, on("limited", 100));
    var seconds = Map.of("limited", 360.0);
    var plan = plan(fleet(1_900, limited, lane("full", H100, 1)), jobs, seconds);
    var change = plan.changes().getFirst();
    assertThat(change.devices()).isEqualTo(6);
    assertThat(change.budgetWatts()).isEqualTo(10 * 300 + 700);
  }

  @Test
  void theNumberThatIsEnoughIsFoundWithinAPercentWhereThereAreManyJobs() {
    int jobs = 1_000_000;
    var plan =
        plan(
            fleet(lane("gpu", H100, 1_000)),
            mix(1, inference("many", new Arrival.Even(jobs))),
            Map.of("gpu", 60.0));
    var change = plan.changes().getFirst();
    var numbers = Pattern.compile("Add at most ([0-9,]+) x .* \\(([0-9,]+) are too few\\)");
    var matcher = numbers.matcher(change.says());
    assertThat(matcher.find()).as(change.says()).isTrue();
    long tooFew = Long.parseLong(matcher.group(2).replace(",", ""));
    assertThat(tooFew).isLessThan(change.devices()).isGreaterThan(change.devices() * 99 / 100 - 1);
    // The last of them start 1.05 h after the first, on so many devices in 63 rounds of a minute.
    assertThat(change.devices() + 1_000).isBetween(jobs / 64L, jobs / 60L);
  }

  @Test
  void theBottleneckIsTheLaneWithMostWorkNotWithMostJobs() {
    var plan =
        plan(
            fleet(lane("a", H100, 1), lane("b", WARBOY, 1)),
            mix(1, on("a", 1_000), on("b", 10)),
            Map.of("a", 10.0, "b", 3_600.0));
    assertThat(plan.bottleneck().what()).isEqualTo("b");
    assertThat(plan.bottleneck().says())
        .contains("8 jobs wait at the end of it (9 at most), which is 8.00 h of work");
  }

  @Test
  void aJobThatWaitsForAWholeLaneToBeIdleIsNamed() {
    var plan =
        plan(
            fleet(lane("gpu", H100, 10)),
            mix(
                10,
                inference("small", new Arrival.Even(600)), // three devices are at work at any time
                inference("wide", new Arrival.Together(1, 0), Priority.LOW, Aim.FINISH, 10)),
            Map.of("gpu", 180.0));
    assertThat(plan.bottleneck().what()).isEqualTo("gpu");
    assertThat(plan.bottleneck().says())
        .contains("the next job was one of wide (priority low), which takes 10 devices at once")
        .contains("some were idle, but fewer");
  }

  private static JobClass on(String lane, int jobs) {
    var job = inference("on-" + lane, new Arrival.Together(jobs, 0));
    return new JobClass(
        job.name(),
        job.model(),
        job.work(),
        job.arrival(),
        new JobClass.Wishes(Priority.NORMAL, Aim.FINISH, List.of(lane), List.of()));
  }
}
