package dev.sluice.platform.cluster;

import dev.sluice.platform.cluster.Topics.TopicsUnavailable;
import dev.sluice.schemas.wire.Cause;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the topics with what they were made as for as long as a process runs, on a thread of its
 * own. Where a topic has grown, keys belong to other partitions, and each process learns of that at
 * another time: so a process that knows it decides nothing more.
 */
public final class TopicWatch implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TopicWatch.class);

  private static final long LOOK_MS = 2_000;
  private static final long CLOSE_MS_MAX = 5_000;

  private final Supplier<Map<String, TopicRegister.Made>> topics;
  private final Map<String, TopicRegister.Made> made;
  private final Consumer<TopicsUnavailable> changed;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private List<Cause> before = List.of();
  private volatile @Nullable TopicsUnavailable trouble;

  TopicWatch(
      Supplier<Map<String, TopicRegister.Made>> topics,
      Map<String, TopicRegister.Made> made,
      Consumer<TopicsUnavailable> changed) {
    this.topics = topics;
    this.made = made;
    this.changed = changed;
    this.thread = Thread.ofPlatform().name("topics").daemon().start(this::run);
  }

  /** What is wrong with the topics; empty while nothing is. */
  public Optional<TopicsUnavailable> trouble() {
    return Optional.ofNullable(trouble);
  }

  private void run() {
    try {
      while (trouble == null && !closing.await(LOOK_MS, TimeUnit.MILLISECONDS)) {
        look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    List<Cause> differences;
    try {
      differences = TopicRegister.differences(made, topics.get());
    } catch (TopicsUnavailable e) {
      // Brokers that are away are told of by whoever needs them.
      LOG.debug("The topics can't be looked at: {}", e.getMessage());
      return;
    }
    // A broker that has just started may not know of every topic yet.
    boolean again = differences.equals(before);
    before = differences;
    if (!differences.isEmpty() && again) {
      var found = new TopicsUnavailable(differences);
      trouble = found;
      changed.accept(found);
    }
  }

  @Override
  public void close() {
    closing.countDown();
    thread.interrupt();
    try {
      if (!thread.join(Duration.ofMillis(CLOSE_MS_MAX))) {
        LOG.debug("The topics are still being looked at.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
