package dev.sluice.deploy.e2e;

import dev.sluice.deploy.standalone.StandaloneOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A task that takes longer than the broker's lock on it is renewed, and runs once. */
final class RenewalIT {
  /** The lock is 3 s long: see {@code LaneGroup}. */
  private static final Duration LONGER_THAN_A_LOCK = Duration.ofSeconds(4);

  private static final String TERM_MS = "8000";
  private static final int FOR_HOURS = 1_000_000;
  private static final Pattern TERM =
      Pattern.compile("Task (term-\\S+) of job \\S+ (begins|ends|came again)");

  @Test
  void aTermThatTakesLongerThanALock() throws Exception {
    var options = StandaloneOptions.temporary(0).withCoordinator(Map.of("term-ms", TERM_MS));
    try (var cluster = Cluster.ofItsOwn(options)) {
      cluster.workers(1);
      var spec = TestJobs.quickstart(cluster.client(), FOR_HOURS, "renewed");
      var jobId = cluster.client().submit(spec, null).jobId();

      cluster.eventually(
          "a term has taken long, and was begun once",
          () -> keptALongTerm(List.copyOf(cluster.said())));
      cluster.client().cancel(jobId);
    }
  }

  /**
   * Whether a term was in hand for longer than a lock and came once. One that was lost to a machine
   * that stood still does not count; the next one may.
   */
  private static boolean keptALongTerm(List<Cluster.Said> all) {
    var came = new HashMap<String, List<Long>>();
    for (var said : all) {
      var found = TERM.matcher(said.line());
      if (found.find()) {
        var times = came.computeIfAbsent(found.group(1), task -> new ArrayList<>());
        if (!found.group(2).equals("ends")) {
          times.add(said.nanos());
        } else if (times.size() == 1
            && said.nanos() - times.getFirst() > LONGER_THAN_A_LOCK.toNanos()) {
          return true;
        }
      }
    }
    return false;
  }
}
