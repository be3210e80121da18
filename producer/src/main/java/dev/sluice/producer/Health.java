package dev.sluice.producer;

import dev.sluice.producer.api.HealthView;
import dev.sluice.producer.lag.LagMonitor;
import dev.sluice.producer.lag.Queue;
import dev.sluice.producer.view.UnreadStates;
import dev.sluice.producer.view.ViewFollower;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.topics.TopicWatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Whether the producer can do its work, and why not. */
final class Health {

  /** A record that the ledger has left lying for so long means that no ledger is at work. */
  private static final long LEDGER_SILENCE_MS = 30_000;

  private final ViewFollower follower;
  private final UnreadStates unread;
  private final LagMonitor lag;
  private final TopicWatch topics;

  Health(ViewFollower follower, UnreadStates unread, LagMonitor lag, TopicWatch topics) {
    this.topics = topics;
    this.unread = unread;
    this.follower = follower;
    this.lag = lag;
  }

  /** What stands still, in plain words, and whether that keeps it from its work. */
  HealthView view() {
    var troubles = troubles();
    var reasons = new ArrayList<String>(troubles);
    lag.standstills().forEach(standstill -> reasons.add(standstill.text()));
    unread().ifPresent(reasons::add);
    return new HealthView(true, troubles.isEmpty(), reasons);
  }

  /** What was passed over holds nobody up, and goes with the next state of what it is about. */
  private Optional<String> unread() {
    var all = unread.all();
    return all.isEmpty()
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "The newest record about %s can't be read (%s: %s)%s, so that what was known before"
                    + " is shown. Something else than a coordinator has written to %s; what was"
                    + " passed over is in the dead letters.",
                all.getFirst().key(),
                all.getFirst().place(),
                all.getFirst().why(),
                all.size() == 1 ? "" : " nor that about " + (all.size() - 1) + " more",
                Topic.JOB_STATES.topicName()));
  }

  private List<String> troubles() {
    var reasons = new ArrayList<String>();
    topics.trouble().map(Throwable::getMessage).ifPresent(reasons::add);
    follower.trouble().ifPresent(reasons::add);
    lag.trouble().ifPresent(reasons::add);
    if (!follower.caughtUp()) {
      reasons.add("It is still reading what happened before it started.");
    }
    lag.latest().topics().stream()
        .filter(topic -> topic.queue().equals(Queue.LEDGER))
        .forEach(
            ledger -> {
              var ageMs = ledger.oldestAgeMs();
              if (ageMs != null && ageMs > LEDGER_SILENCE_MS) {
                reasons.add(
                    "The ledger has left a request lying for "
                        + ageMs / 1000
                        + (explained() ? " s." : " s; is a coordinator running?"));
              }
            });
    return reasons;
  }

  /** Whether it is known why the ledger stands still. */
  private boolean explained() {
    return lag.standstills().stream()
        .anyMatch(standstill -> standstill.topic().equals(Topic.JOBS.topicName()));
  }
}
