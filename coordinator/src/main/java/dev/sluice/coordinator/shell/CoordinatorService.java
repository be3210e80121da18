package dev.sluice.coordinator.shell;

import dev.sluice.platform.cluster.ClusterCheck;
import dev.sluice.platform.cluster.Rights;
import dev.sluice.platform.cluster.TopicWatch;
import dev.sluice.platform.cluster.Topics;
import dev.sluice.platform.kafka.BrokersTime;
import dev.sluice.platform.kafka.KafkaSchemas;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.platform.kafka.PassedOver;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.topics.Groups;
import dev.sluice.schemas.topics.Topic;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A coordinator: ledger and gradient fold of the partitions that it gets. Several share the
 * partitions among them.
 */
public final class CoordinatorService implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CoordinatorService.class);

  /** Of the partitions' transactions, the first stand for all. */
  private static final Rights RIGHTS =
      new Rights(
          true,
          List.of(Groups.LEDGER, Groups.FOLD, Groups.lag(Groups.LEDGER), Groups.lag(Groups.FOLD)),
          List.of(),
          List.of(
              Groups.transactionalId(Groups.LEDGER, 0), Groups.transactionalId(Groups.FOLD, 0)));

  private final TopicWatch watch;
  private final FleetFollower fleet;
  private final ModelFollower models;
  private final LedgerService ledger;
  private final LaneTrim trim;
  private final HangingTransactions hanging;
  private final FoldService fold;

  /** Why it can't go on; the first reason counts. */
  private final CompletableFuture<Throwable> failed = new CompletableFuture<>();

  /** What is to be closed, the latest first. */
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  private CoordinatorService(CoordinatorConfig config) {
    var kafka = KafkaSettings.of(config.bootstrapServers());
    ClusterCheck.require(
        kafka, config.replication(), RIGHTS, Duration.ofMillis(config.startMsMax()));
    try {
      var admin = keep(Admin.create(kafka.admin()));
      var topics = new Topics(kafka, admin, (short) config.replication());
      var partitions = topics.ensure();
      watch = keep(topics.watch(this::unfit));
      var codec = new Codec(keep(KafkaSchemas.start(kafka)));
      var origin = "coordinator-" + ProcessHandle.current().pid();
      var passedOver = keep(new PassedOver(kafka, codec));
      var time = keep(BrokersTime.start(kafka));
      fleet = keep(new FleetFollower(kafka, codec, config.workerSilenceMs(), passedOver));
      models = keep(new ModelFollower(kafka, codec));
      int sessionMs = SessionTime.allowed(admin, config.sessionMs());
      ledger =
          keep(
              new LedgerService(
                  config,
                  kafka,
                  codec,
                  fleet,
                  models,
                  time.clock(),
                  origin,
                  partitions,
                  admin,
                  topics,
                  sessionMs,
                  failed::complete));
      hanging = keep(new HangingTransactions(admin));
      trim = keep(new LaneTrim(kafka, admin, codec, ledger::busyLanes));
      int foldPartitions = partitions.getOrDefault(Topic.GRADIENTS, Topic.GRADIENTS.partitions());
      fold =
          keep(
              new FoldService(
                  config,
                  kafka,
                  codec,
                  origin,
                  admin,
                  foldPartitions,
                  sessionMs,
                  failed::complete));
    } catch (RuntimeException e) {
      close(); // whoever starts it tries again
      throw e;
    }
  }

  private <T extends AutoCloseable> T keep(T part) {
    opened.push(part);
    return part;
  }

  /**
   * Creates missing topics and starts to work.
   *
   * @throws Topics.TopicsUnavailable where the brokers do not answer or do not fit
   */
  public static CoordinatorService start(CoordinatorConfig config) {
    var service = new CoordinatorService(config);
    service.fleet.start();
    service.hanging.start(); // takeovers may wait for it
    service.models.start();
    service.ledger.start();
    service.trim.start();
    service.fold.start();
    LOG.info("Coordinator runs against {}.", config.bootstrapServers());
    return service;
  }

  /** Returns why, when ledger or fold can't go on; the process should end and be started anew. */
  public Throwable awaitFailure() throws InterruptedException {
    try {
      return failed.get();
    } catch (ExecutionException e) {
      return e; // it is completed with reasons only
    }
  }

  /** What is wrong with the topics, where that is why it can't go on. */
  public Optional<Topics.TopicsUnavailable> unfit() {
    return watch.trouble();
  }

  private void unfit(Topics.TopicsUnavailable why) {
    LOG.error("This coordinator stops: {}", why.getMessage());
    failed.complete(why);
  }

  @Override
  public void close() {
    for (var part : opened) { // both at once: each has seconds for it
      switch (part) {
        case LedgerService leaving -> leaving.leave();
        case FoldService leaving -> leaving.leave();
        default -> {}
      }
    }
    while (!opened.isEmpty()) {
      var part = opened.pop();
      try {
        part.close();
      } catch (Exception e) {
        LOG.warn("{} was not closed in good order", part.getClass().getSimpleName(), e);
      }
    }
  }
}
