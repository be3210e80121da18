package dev.sluice.planner;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The wait that placement expects on a lane. */
final class PlanWaitTest {

  private static final String H100 = "nvidia-h100-sxm"; // 700 W
  private static final Arrival ONCE = new Arrival.Together(1, 0);
  private static final int SINGLE = 0;
  private static final int WANTING = 1;

  @ParameterizedTest
  @CsvSource({"1, 20", "2, 40", "3, 60", "4, 80"})
  void aJobWaitsForAsManyDevicesAsItLacks(int devices, double seconds) {
    var lane = busy(devices);
    assertThat(lane.waitSeconds(WANTING, 0)).isCloseTo(seconds, within(1e-9));
  }

  @Test
  void workThatWaitsIsSharedByAllDevices() {
    var lane = busy(1);
    lane.enqueue(SINGLE, 0);
    lane.enqueue(SINGLE, 0);
    // Two jobs of 100 s on four devices, and the first device is free after 20 s.
    assertThat(lane.waitSeconds(WANTING, 0)).isCloseTo(50 + 20, within(1e-9));
  }

  @Test
  void whatWaitsForTheWholeLaneIsWaitedForByAll() {
    var lane = busy(4);
    lane.enqueue(WANTING, 0);
    assertThat(lane.waitSeconds(SINGLE, 0)).isCloseTo(100 + 80, within(1e-9));
  }

  @Test
  void devicesWithoutPowerAreNotWaitedFor() {
    var scene = scene(mixOf(1), fleet(1_500, lane("gpu", H100, 4)));
    var lane = new LaneState(0, scene.fleet().lanes().getFirst(), new Costs(scene), 1_500.0);
    lane.take(1, 60);
    assertThat(lane.waitSeconds(SINGLE, 0)).isZero();
    lane.take(1, 30);
    assertThat(lane.waitSeconds(SINGLE, 0)).isCloseTo(30, within(1e-9));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 64})
  void moreDevicesDoNotMakeUrgentJobsSlower(int more) {
    var jobs =
        mix(
            4,
            inference("bulk", new Arrival.Random(6_000)), // all that the large lane can do
            inference("urgent", new Arrival.Random(300), Priority.HIGH, Aim.FINISH, 0));
    var seconds = Map.of("large", 600.0, "more", 850.0);
    var large = lane("large", H100, 1_000);
    var before = plan(fleet(large), jobs, seconds);
    var after = plan(fleet(large, lane("more", "nvidia-l4", more)), jobs, seconds);
    assertThat(turnaround(after)).isLessThanOrEqualTo(turnaround(before) + 0.1);
    assertThat(turnaround(after)).isLessThan(610);
  }

  /** From arrival to end, on average, of urgent jobs. */
  private static double turnaround(Plan plan) {
    var urgent = job(plan, "urgent");
    double runs = urgent.where().stream().mapToDouble(at -> at.ran() * at.seconds()).sum();
    return urgent.waits().mean() + runs / urgent.done();
  }

  /** A lane of four devices that fall free after 20, 40, 60 and 80 seconds. */
  private static LaneState busy(int devices) {
    var scene = scene(mixOf(devices), fleet(lane("gpu", H100, 4)));
    var lane = new LaneState(0, scene.fleet().lanes().getFirst(), new Costs(scene), null);
    for (int end = 20; end <= 80; end += 20) {
      lane.take(1, end);
    }
    return lane;
  }

  private static JobMix mixOf(int devices) {
    return mix(
        1,
        inference("single", ONCE),
        inference("wanting", ONCE, Priority.NORMAL, Aim.FINISH, devices));
  }

  private static Scene scene(JobMix mix, PlannedFleet fleet) {
    return PlanFixture.scene(fleet, mix, Map.of("gpu", 100.0));
  }
}
