package dev.sluice.coordinator.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.PlacementWishes;
import dev.sluice.schemas.wire.Submitted;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Jobs that no lane can run are judged again when that may have changed, and not before. */
final class HeldJobsTest {

  private static final Lane CPU = new Lane("cpu", "host-cpu", 0, 0);
  private static final Lane GPU = new Lane("gpu", "nvidia-l4", 0, 0);

  private final HeldJobs held = new HeldJobs();
  private final List<String> judged = new ArrayList<>();
  private final Set<String> startable = new HashSet<>();

  @Test
  void aJobThatNoLaneCanRunIsJudgedOnceUntilALaneOpensOrChanges() {
    var jobs = List.of(job("a", false));
    assertThat(judged(jobs, List.of(CPU), Fleet.EMPTY)).containsExactly("a");
    assertThat(judged(jobs, List.of(CPU), Fleet.EMPTY)).isEmpty();
    assertThat(judged(jobs, List.of(CPU, GPU), Fleet.EMPTY)).containsExactly("a");
    assertThat(judged(jobs, List.of(CPU, GPU), Fleet.EMPTY)).isEmpty();
    var other = new Lane("gpu", "nvidia-h100", 0, 0);
    assertThat(judged(jobs, List.of(CPU, other), Fleet.EMPTY)).containsExactly("a");
  }

  @Test
  void onlyWhoAsksForHardwareIsJudgedAgainWhereSomeJoins() {
    var jobs = List.of(job("any", false), job("real", true));
    assertThat(judged(jobs, List.of(CPU), Fleet.EMPTY)).containsExactly("any", "real");
    assertThat(judged(jobs, List.of(CPU), Specs.fleet(1))).containsExactly("real");
    assertThat(judged(jobs, List.of(CPU), Specs.fleet(2))).isEmpty();
    assertThat(judged(jobs, List.of(CPU), Fleet.EMPTY)).containsExactly("real");
  }

  @Test
  void oneThatCouldStartIsSaidToUntilItDoes() {
    startable.add("a");
    var jobs = List.of(job("a", false));
    assertThat(startable(jobs)).containsExactly("a");
    assertThat(startable(jobs)).containsExactly("a");
    assertThat(startable(List.of())).isEmpty();
  }

  @Test
  void manyAreJudgedAHundredAtATimeAndEachOnce() {
    var jobs = IntStream.range(0, 250).mapToObj(n -> job("j" + n, false)).toList();
    var all = new ArrayList<String>();
    for (int look = 0; look < 5; look++) {
      var some = judged(jobs, List.of(CPU), Fleet.EMPTY);
      assertThat(some.size()).isLessThanOrEqualTo(100);
      all.addAll(some);
    }
    assertThat(all).hasSize(250).doesNotHaveDuplicates();
  }

  private List<String> judged(List<JobDraft> jobs, List<Lane> lanes, Fleet fleet) {
    judged.clear();
    held.startable(jobs, lanes, fleet, 0, this::judge);
    return List.copyOf(judged);
  }

  private List<String> startable(List<JobDraft> jobs) {
    return held.startable(jobs, List.of(CPU), Fleet.EMPTY, 0, this::judge).stream()
        .map(job -> job.jobId)
        .toList();
  }

  private boolean judge(JobDraft job) {
    judged.add(job.jobId);
    return startable.contains(job.jobId);
  }

  private static JobDraft job(String jobId, boolean measuredOnly) {
    var spec = Specs.training(10, 4, null);
    return new JobDraft(
        new Submitted(
            jobId,
            "",
            new JobSpec(
                spec.tenant(),
                spec.name(),
                spec.priority(),
                List.of(),
                spec.unplaceable(),
                spec.work(),
                new PlacementWishes(List.of(), measuredOnly, null))),
        new Turn(new LedgerState(), new Moment(0, Fleet.EMPTY), new Decision()));
  }
}
