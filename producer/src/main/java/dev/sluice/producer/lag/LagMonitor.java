package dev.sluice.producer.lag;

import dev.sluice.producer.view.ClusterView;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Lane;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Samples the lag of every declared lane and of the coordinator's topics, on one thread of its own.
 *
 * <p>A lane's rates come from its workers' counters, so that transaction markers, which take up
 * offsets, don't count as tasks. The rates of the coordinator's topics are differences of offsets
 * and do include markers: at most one per transaction.
 */
public final class LagMonitor implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LagMonitor.class);
  private static final long CLOSE_MS_MAX = 5_000;

  private final Backlogs backlogs;
  private final ClusterView view;
  private final InstantSource clock;
  private final Duration interval;
  private final Duration silence;
  private final LagBook book;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;
  private volatile LagReport latest = LagReport.NONE;
  private volatile List<Standstill> standstills = List.of();
  private volatile @Nullable String trouble;

  /**
   * @param backlogs reads the cluster; closed with this
   * @param view which lanes there are, and what their workers say
   * @param clock the brokers' clock
   * @param interval time between samples
   * @param window time over which rates are taken
   * @param silence time after which a silent worker's tasks no longer count as running
   */
  public LagMonitor(
      Backlogs backlogs,
      ClusterView view,
      InstantSource clock,
      Duration interval,
      Duration window,
      Duration silence) {
    this.backlogs = backlogs;
    this.view = view;
    this.clock = clock;
    this.interval = interval;
    this.silence = silence;
    this.book = new LagBook(window.toMillis());
    this.thread = Thread.ofPlatform().name("sluice-lag").daemon().unstarted(this::run);
  }

  /** Begins to sample. */
  public LagMonitor start() {
    thread.start();
    return this;
  }

  /** The latest sample; {@link LagReport#NONE} before the first. */
  public LagReport latest() {
    return latest;
  }

  /** What keeps it from sampling, in plain words; empty while all is well. */
  public Optional<String> trouble() {
    return Optional.ofNullable(trouble);
  }

  /** Whether the ledger has decided on all that was asked of it before this time, by the sample. */
  public boolean ledgerKeepsUp(Duration within) {
    var sample = latest;
    return clock.millis() - sample.sampledMs() < within.toMillis()
        && sample.topics().stream()
            .filter(topic -> topic.queue().equals(Queue.LEDGER))
            .anyMatch(ledger -> isYoungerThan(within, ledger));
  }

  private static boolean isYoungerThan(Duration within, QueueLag queue) {
    var ageMs = queue.oldestAgeMs();
    return ageMs == null ? queue.waiting() == 0 : ageMs < within.toMillis();
  }

  /** Partitions whose readers can't go on, as the latest sample has it. */
  public List<Standstill> standstills() {
    return standstills;
  }

  /** Why the ledger stands still, as far as that is known, a sentence for each partition. */
  public List<String> ledgerStandstills() {
    return standstills.stream()
        .filter(standstill -> standstill.topic().equals(Topic.JOBS.topicName()))
        .map(Standstill::text)
        .toList();
  }

  @Override
  public void close() {
    stop.countDown();
    try {
      if (thread.isAlive() && !thread.join(Duration.ofMillis(CLOSE_MS_MAX))) {
        LOG.warn("the lag monitor is still waiting for the cluster");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try (backlogs) {
      do {
        try {
          // Which lanes there are is not known before.
          if (view.reading().isEmpty()) {
            sample();
          }
          trouble = null;
        } catch (Backlogs.LagUnavailable e) {
          if (trouble == null) {
            LOG.warn("{}", e.getMessage());
          }
          trouble = e.getMessage();
        } catch (RuntimeException e) {
          // Without this the thread would end, and the last sample pass for the present one.
          if (trouble == null) {
            LOG.error("Sampling lag failed; trying again", e);
          }
          trouble =
              "Lag is not sampled: " + e + ". The producer's log has the details; it tries again.";
        }
      } while (!stop.await(interval.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Takes one sample. */
  void sample() throws Backlogs.LagUnavailable {
    var queues = new ArrayList<Queue>();
    view.lanes().stream().map(Lane::lane).map(Queue::lane).forEach(queues::add);
    queues.add(Queue.LEDGER);
    queues.add(Queue.FOLD);
    var read = backlogs.read(queues);
    standstills = backlogs.standstills();
    long nowMs = clock.millis();
    book.retain(queues);
    latest =
        new LagReport(
            nowMs,
            queues.stream()
                .map(queue -> enter(queue, nowMs, read.getOrDefault(queue.name(), List.of())))
                .toList());
  }

  private QueueLag enter(Queue queue, long nowMs, List<Backlog> partitions) {
    return switch (queue.kind()) {
      case LANE ->
          book.enter(
              queue, nowMs, running(queue, nowMs), view.fleet().finished(queue.name()), partitions);
      case TOPIC ->
          book.enter(
              queue, nowMs, 0, partitions.stream().mapToLong(Backlog::start).sum(), partitions);
    };
  }

  private long running(Queue lane, long nowMs) {
    return view.fleet().since(nowMs - silence.toMillis()).stream()
        .filter(worker -> worker.heartbeat().lane().equals(lane.name()))
        .mapToLong(worker -> worker.heartbeat().running())
        .sum();
  }
}
