package dev.sluice.coordinator.shell;

import dev.sluice.schemas.cluster.ClusterCheck;
import dev.sluice.schemas.cluster.Rights;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.KafkaSchemas;
import dev.sluice.schemas.kafka.BrokersTime;
import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.kafka.PassedOver;
import dev.sluice.schemas.topics.Groups;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.topics.TopicWatch;
import dev.sluice.schemas.topics.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
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

  private final Admin admin;
  private final TopicWatch watch;
  private final KafkaSchemas schemas;
  private final PassedOver passedOver;
  private final BrokersTime time;
  private final FleetFollower fleet;
  private final LedgerService ledger;
  private final FoldService fold;
  private final CountDownLatch failed = new CountDownLatch(1);

  private CoordinatorService(CoordinatorConfig config) {
    var kafka = KafkaSettings.of(config.bootstrapServers());
    ClusterCheck.require(
        kafka, config.replication(), RIGHTS, Duration.ofMillis(config.startMsMax()));
    admin = Admin.create(kafka.admin());
    var topics = new Topics(kafka, admin, (short) config.replication());
    var partitions = topics.ensure();
    watch = topics.watch(this::unfit);
    schemas = KafkaSchemas.start(kafka);
    var codec = new Codec(schemas);
    var origin = "coordinator-" + ProcessHandle.current().pid();
    passedOver = new PassedOver(kafka, codec);
    time = BrokersTime.start(kafka);
    fleet = new FleetFollower(kafka, codec, config.workerSilenceMs(), passedOver);
    int sessionMs = SessionTime.allowed(admin, config.sessionMs());
    ledger =
        new LedgerService(
            config,
            kafka,
            codec,
            fleet,
            time.clock(),
            origin,
            partitions,
            admin,
            topics,
            sessionMs,
            failed::countDown);
    int foldPartitions = partitions.getOrDefault(Topic.GRADIENTS, Topic.GRADIENTS.partitions());
    fold =
        new FoldService(
            config, kafka, codec, origin, admin, foldPartitions, sessionMs, failed::countDown);
  }

  /**
   * Creates missing topics and starts to work.
   *
   * @throws Topics.TopicsUnavailable where the brokers do not answer or do not fit
   */
  public static CoordinatorService start(CoordinatorConfig config) {
    var service = new CoordinatorService(config);
    service.fleet.start();
    service.ledger.start();
    service.fold.start();
    LOG.info("Coordinator runs against {}.", config.bootstrapServers());
    return service;
  }

  /** Returns when ledger or fold can't go on; the process should end and be started anew. */
  public void awaitFailure() throws InterruptedException {
    failed.await();
  }

  /** What is wrong with the topics, where that is why it can't go on. */
  public Optional<Topics.TopicsUnavailable> unfit() {
    return watch.trouble();
  }

  private void unfit(Topics.TopicsUnavailable why) {
    LOG.error("This coordinator stops: {}", why.getMessage());
    failed.countDown();
  }

  @Override
  public void close() {
    watch.close();
    ledger.close();
    fold.close();
    fleet.close();
    time.close();
    passedOver.close();
    schemas.close();
    admin.close();
  }
}
