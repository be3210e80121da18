package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.deploy.standalone.StandaloneOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A task that takes longer than the broker's lock on it is renewed, and runs once. */
final class RenewalIT {
  /** The lock is 3 s long: see the lane's share group in Topics. */
  private static final Duration LONGER_THAN_A_LOCK = Duration.ofSeconds(4);

  private static final String TERM_MS = "8000";
  private static final int FOR_HOURS = 1_000_000;
  private static final Pattern TERM = Pattern.compile("Task (term-\\S+) of job \\S+ (begins|ends)");
  private static final Pattern TAKEN_AWAY = Pattern.compile("to others|came again");

  @Test
  void aTermThatTakesLongerThanALock() throws Exception {
    var options = StandaloneOptions.temporary(0).withCoordinator(Map.of("term-ms", TERM_MS));
    try (var cluster = Cluster.ofItsOwn(options)) {
      cluster.workers(1);
      var spec = TestJobs.quickstart(cluster.client(), FOR_HOURS, "renewed");
      var jobId = cluster.client().submit(spec, null).jobId();

      cluster.eventually("a term that takes long has ended", () -> longTerm(cluster).isPresent());
      cluster.client().cancel(jobId);

      var term = longTerm(cluster).orElseThrow();
      assertThat(cluster.said().stream().filter(said -> begins(said, term))).hasSize(1);
      assertThat(cluster.said()).noneMatch(said -> TAKEN_AWAY.matcher(said.line()).find());
    }
  }

  private static boolean begins(Cluster.Said said, String term) {
    Matcher matcher = TERM.matcher(said.line());
    return matcher.find() && matcher.group(1).equals(term) && matcher.group(2).equals("begins");
  }

  /** A term that was in hand for longer than a lock. */
  private static Optional<String> longTerm(Cluster cluster) {
    var begun = new HashMap<String, Long>();
    for (var said : List.copyOf(cluster.said())) {
      Matcher matcher = TERM.matcher(said.line());
      if (matcher.find()) {
        var task = matcher.group(1);
        if (matcher.group(2).equals("begins")) {
          begun.put(task, said.nanos());
        } else if (begun.containsKey(task)
            && said.nanos() - begun.get(task) > LONGER_THAN_A_LOCK.toNanos()) {
          return Optional.of(task);
        }
      }
    }
    return Optional.empty();
  }
}
