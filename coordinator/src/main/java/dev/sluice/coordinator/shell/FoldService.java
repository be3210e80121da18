package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.fold.PartitionFold;
import dev.sluice.coordinator.runtime.FoldShard;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.topics.Groups;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.GradientRecord;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;

/** Runs the fold partitions that this process owns. */
final class FoldService implements AutoCloseable {

  private static final String MEND =
      "Only workers and coordinators write here, as sluice.avdl has it.";

  private static final Duration CLOSE_MAX = Duration.ofSeconds(2);

  private final CoordinatorConfig config;
  private final KafkaSettings kafka;
  private final Codec codec;
  private final String origin;
  private final int partitions;
  private final Logs logs;
  private final FoldTrim trim;
  private final KafkaProducer<String, byte[]> parameters;
  private final FoldReports reports;

  private final PartitionGroup<FoldShard, GradientRecord> group;

  FoldService(
      CoordinatorConfig config,
      KafkaSettings kafka,
      Codec codec,
      String origin,
      Admin admin,
      int partitions,
      int sessionMs,
      Consumer<Throwable> onFailure) {
    this.config = config;
    this.kafka = kafka;
    this.codec = codec;
    this.origin = origin;
    logs = Logs.of(admin, kafka);
    this.partitions = partitions;
    trim = new FoldTrim(admin);
    parameters = new KafkaProducer<>(kafka.bulkProducer());
    reports = new FoldReports(new KafkaProducer<>(kafka.controlProducer()));
    group =
        new PartitionGroup<>(
            "fold",
            Topic.GRADIENTS,
            kafka.groupReader(Groups.FOLD, origin, sessionMs),
            waits -> new KafkaRecord.Reading<>(GradientRecord.class, codec, waits, MEND),
            config.schemaWaitMs(),
            this::shard,
            new LagOffsets(admin, Groups.FOLD),
            () -> {},
            onFailure);
  }

  void start() {
    group.start();
  }

  /**
   * Room in each partition for contributions that wait as they came: all partitions together take
   * three eighths of the heap, beside the folds, which have a limit of their own.
   */
  private long waitingBytesMax() {
    return Runtime.getRuntime().maxMemory() / 8 * 3 / partitions;
  }

  private FoldShard shard(int partition, SchemaWait waits) {
    return new FoldShard(
        Topic.GRADIENTS.topicName() + "-" + partition,
        new PartitionFold(partition, partitions, waitingBytesMax()),
        new FoldShard.Pace(
            config.checkpointMs(),
            config.progressMs(),
            config.stragglerFactor(),
            config.stragglerMs()),
        new KafkaFoldStore(
            partition, kafka, codec, waits, logs, config.auditBytes(), new Around(partition)),
        new KafkaFoldOutlet(partition, codec, origin, trim, parameters, reports));
  }

  /** What a partition's checkpoints have to do with the rest of it. */
  private final class Around implements CheckpointWriter.Surroundings {
    private final int partition;

    Around(int partition) {
      this.partition = partition;
    }

    @Override
    public void settle() {
      reports.settle(partition);
    }

    @Override
    public void trim(long gradientsBefore, long anchorsBefore, long checkpointsBefore) {
      trim.after(partition, gradientsBefore, anchorsBefore, checkpointsBefore);
    }
  }

  /** Begins to give its partitions up; {@link #close} waits for it. */
  void leave() {
    group.leave();
  }

  @Override
  public void close() {
    group.close();
    parameters.close(CLOSE_MAX);
    reports.close();
  }
}
