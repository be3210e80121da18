package dev.sluice.coordinator.ledger;

import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.schemas.wire.Lane;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Which held jobs could start. Whether a lane can run a job follows from the job, from the lanes,
 * and, where it asks for hardware that is there, from the workers that have some. A job that no
 * lane can run is judged again when one of these has changed, and by whoever takes the partition
 * over.
 */
final class HeldJobs {

  /** Jobs that are judged in one look. */
  private static final int JUDGED_MAX = 100;

  /** What a job was judged by. */
  private record Basis(List<Lane> lanes, Set<String> measured) {}

  private Basis any = new Basis(List.of(), Set.of());
  private Basis hardware = any;

  /** By job that no lane can run: what that was judged by. */
  private final Map<String, Basis> unplaceable = new HashMap<>();

  /**
   * Those that could start. Where many are to be judged, another hundred are in each second, so
   * that those which wait for the ledger to hear of it keep no others waiting.
   *
   * @param held all jobs that are held
   * @param startable judges a job
   */
  List<JobDraft> startable(
      List<JobDraft> held,
      Collection<Lane> lanes,
      Fleet fleet,
      long nowMs,
      Predicate<JobDraft> startable) {
    look(List.copyOf(lanes), fleet.measured());
    unplaceable.keySet().retainAll(held.stream().map(job -> job.jobId).collect(Collectors.toSet()));
    var due = held.stream().filter(job -> !basis(job).equals(unplaceable.get(job.jobId))).toList();
    long looks = Math.max(1, Math.ceilDiv(due.size(), JUDGED_MAX));
    var judged =
        due.stream()
            .skip(nowMs / 1_000 % looks * JUDGED_MAX)
            .limit(JUDGED_MAX)
            .collect(Collectors.partitioningBy(startable));
    judged.getOrDefault(false, List.of()).forEach(job -> unplaceable.put(job.jobId, basis(job)));
    return judged.getOrDefault(true, List.of());
  }

  private void look(List<Lane> lanes, Set<String> measured) {
    // The same objects while nothing changes, so that comparing them takes no time.
    if (!lanes.equals(any.lanes)) {
      any = new Basis(lanes, Set.of());
    }
    var now = new Basis(any.lanes, measured);
    if (!now.equals(hardware)) {
      hardware = now;
    }
  }

  private Basis basis(JobDraft job) {
    return job.spec.wishes().measuredOnly() ? hardware : any;
  }
}
