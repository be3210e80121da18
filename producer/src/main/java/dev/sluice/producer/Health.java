package dev.sluice.producer;

import dev.sluice.platform.cluster.TopicWatch;
import dev.sluice.producer.api.HealthView;
import dev.sluice.producer.lag.LagMonitor;
import dev.sluice.producer.lag.Queue;
import dev.sluice.producer.view.ClusterView;
import dev.sluice.producer.view.ViewFollower;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Whether the producer can do its work, and why not. */
final class Health {

  /** Where a record has waited for the ledger for so long, no ledger is at work. */
  private static final long LEDGER_SILENCE_MS = 30_000;

  private final ViewFollower follower;
  private final ClusterView view;
  private final LagMonitor lag;
  private final TopicWatch topics;

  Health(ViewFollower follower, ClusterView view, LagMonitor lag, TopicWatch topics) {
    this.topics = topics;
    this.view = view;
    this.follower = follower;
    this.lag = lag;
  }

  /** What stands still, in plain words, and whether that keeps it from its work. */
  HealthView view() {
    var troubles = troubles();
    var reasons = new ArrayList<String>(troubles);
    lag.standstills().forEach(standstill -> reasons.add(standstill.text()));
    unread().ifPresent(reasons::add);
    return new HealthView(true, troubles.isEmpty(), reasons, view.reading().orElse(null));
  }

  /** What was passed over holds nobody up, and goes with the next state of what it is about. */
  private Optional<String> unread() {
    var all = view.unread().all();
    return all.isEmpty()
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "The newest record about %s can't be read (%s: %s)%s, so that what was known before"
                    + " is shown. Something else than a coordinator has written there; what was"
                    + " passed over is in the dead letters.",
                all.getFirst().key(),
                all.getFirst().place(),
                all.getFirst().why(),
                all.size() == 1 ? "" : " nor that about " + (all.size() - 1) + " more"));
  }

  private List<String> troubles() {
    var reasons = new ArrayList<String>();
    topics.trouble().map(Throwable::getMessage).ifPresent(reasons::add);
    follower.trouble().ifPresent(reasons::add);
    lag.trouble().ifPresent(reasons::add);
    view.reading()
        .map(far -> "It is still reading what is stored: " + far.text() + ".")
        .ifPresent(reasons::add);
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
    return !lag.ledgerStandstills().isEmpty();
  }
}
