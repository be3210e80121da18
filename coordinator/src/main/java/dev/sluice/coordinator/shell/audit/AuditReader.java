package dev.sluice.coordinator.shell.audit;

import dev.sluice.coordinator.audit.AuditReport;
import dev.sluice.coordinator.audit.Part;
import dev.sluice.coordinator.audit.PartitionReplay;
import dev.sluice.coordinator.audit.Witnesses;
import dev.sluice.coordinator.ledger.ModelNames;
import dev.sluice.coordinator.shell.TopicTail;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.codec.KafkaSchemas;
import dev.sluice.schemas.kafka.DeadLetters;
import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.topics.Topics;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.ParameterBlock;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads what an audit takes: models, anchors, published parameters and the gradient log. It writes
 * nothing, joins no group and commits no offset; records are folded as they come.
 */
final class AuditReader implements AutoCloseable {

  /** Told how far the gradient log has been read. */
  interface Progress {
    /**
     * @param offset the record just folded
     * @param from first offset of the partition
     * @param end its end
     */
    void at(int partition, long offset, long from, long end);
  }

  private final KafkaSettings kafka;
  private final Progress progress;
  private final Admin admin;
  private final KafkaSchemas schemas;
  private final Codec codec;
  private final Set<String> topics;

  /**
   * @throws AuditProblem where the cluster has no topics of Sluice
   * @throws KafkaException where the brokers don't answer
   */
  AuditReader(KafkaSettings kafka, Progress progress) throws AuditProblem {
    this.kafka = kafka;
    this.progress = progress;
    admin = Admin.create(kafka.admin());
    try {
      topics = await(admin.listTopics().names());
      for (var topic : List.of(Topic.SCHEMAS, Topic.MODELS, Topic.GRADIENTS, Topic.PARAMETERS)) {
        if (!topics.contains(topic.topicName())) {
          throw new AuditProblem(
              problem(
                  "There is no topic " + topic.topicName() + " on these brokers.",
                  "No Sluice has run on them.",
                  "Give the --bootstrap-servers of the coordinator."));
        }
      }
      new Topics(kafka, admin, (short) -1).requireUnchanged();
      schemas = KafkaSchemas.follow(kafka);
      codec = new Codec(schemas);
    } catch (AuditProblem | RuntimeException e) {
      admin.close();
      throw e;
    }
  }

  /**
   * A model version.
   *
   * @param asked as name@version, where version is a number, an alias or latest; or the id of the
   *     job that made it, of which the beginning is enough
   * @throws AuditProblem where there is none
   */
  ModelVersion model(String asked) throws AuditProblem {
    int at = asked.lastIndexOf('@');
    if (at < 0 && !asked.isBlank()) {
      return madeBy(asked);
    }
    var name = asked.substring(0, Math.max(0, at));
    if (name.isEmpty() || at == asked.length() - 1) {
      throw new AuditProblem(
          problem(
              "'" + asked + "' is no model version.",
              "It is a name, '@', and a number, an alias or latest; or the id of a job.",
              "Give one such as digits@1."));
    }
    var entry = models(name::equals).get(name);
    var version = entry == null ? null : ModelNames.find(entry, asked.substring(at + 1));
    if (version == null) {
      throw new AuditProblem(
          problem(
              "Model " + asked + " does not exist.",
              entry == null
                  ? "There is no model of that name."
                  : "It has versions 1 to "
                      + entry.versions().size()
                      + " and aliases "
                      + entry.aliases().keySet()
                      + ".",
              "`sluice models` lists what there is."));
    }
    return version;
  }

  private ModelVersion madeBy(String jobId) throws AuditProblem {
    var made =
        models(name -> true).values().stream()
            .flatMap(entry -> entry.versions().stream())
            .filter(version -> version.jobId().startsWith(jobId))
            .toList();
    if (made.size() != 1) {
      throw new AuditProblem(
          problem(
              made.isEmpty()
                  ? "'" + jobId + "' is no model version, and no job's id that made one."
                  : "Several jobs that made models have ids that begin with " + jobId + ".",
              "A version is a name, '@', and a number, an alias or latest; or the id of its job.",
              made.isEmpty() ? "Give one such as digits@1." : "Write more of it."));
    }
    return made.getFirst();
  }

  /** The registered models, by name. */
  private Map<String, ModelEntry> models(Predicate<String> wanted) {
    var entries = new TreeMap<String, ModelEntry>();
    for (int partition = 0; partition < partitions(Topic.MODELS); partition++) {
      TopicTail.read(
          kafka.committedScan(),
          new TopicPartition(Topic.MODELS.topicName(), partition),
          record -> {
            var name = record.key();
            if (name == null || !wanted.test(name)) {
              return;
            }
            if (record.value() == null) {
              entries.remove(name);
            } else if (codec.decode(ModelEntry.class, record.value())
                    instanceof Decoded.Message<ModelEntry>(var entry)
                && entry.name().equals(name)) {
              entries.put(name, entry);
            }
          });
    }
    return entries;
  }

  /**
   * Derives a version's parameters from the log again.
   *
   * @throws org.apache.kafka.clients.consumer.InvalidOffsetException where the log was trimmed
   *     meanwhile
   */
  AuditReport audit(ModelVersion version) {
    int partitions = partitions(Topic.GRADIENTS);
    var jobId = version.jobId();
    // Every job has a block 0; what is found there says which other partitions have blocks.
    int first = Topic.partition(Topic.blockKey(jobId, 0), partitions);
    var parts = new ArrayList<Part>();
    parts.add(replay(jobId, first, partitions));
    var plan = parts.getFirst().plan();
    for (int partition = 0; plan != null && partition < partitions; partition++) {
      if (partition != first && PartitionReplay.blocks(jobId, plan, partition, partitions) > 0) {
        parts.add(replay(jobId, partition, partitions));
      }
    }
    return AuditReport.of(version, parts);
  }

  private Part replay(String jobId, int partition, int partitions) {
    var log = new TopicPartition(Topic.GRADIENTS.topicName(), partition);
    long from = offset(log, OffsetSpec.earliest());
    long end = offset(log, OffsetSpec.latest());
    var witnesses = new Witnesses();
    var anchors = new AnchorScan(jobId, from, codec, witnesses);
    if (topics.contains(Topic.ANCHORS.topicName())) {
      TopicTail.read(
          kafka.committedScan(),
          new TopicPartition(Topic.ANCHORS.topicName(), partition),
          anchors::accept);
    }
    published(jobId, partition, witnesses);
    var replay = new PartitionReplay(jobId, partition, partitions, witnesses);
    // From just there: what is trimmed after the anchors were read would be missing between.
    TopicTail.readWhile(
        kafka.committedScan(),
        log,
        from,
        record -> {
          if (!replay.started() && anchors.offset() >= 0 && record.offset() >= anchors.offset()) {
            replay.restore(anchors.blocks());
          }
          progress.at(partition, record.offset(), from, end);
          return fold(record, replay) && !replay.finished();
        });
    if (!replay.started() && anchors.offset() >= 0) {
      replay.restore(anchors.blocks()); // it stands at the log's end
    }
    return replay.part();
  }

  private boolean fold(ConsumerRecord<String, ByteBuffer> record, PartitionReplay replay) {
    if (!replay.concerns(record.key())) {
      return true;
    }
    return switch (codec.decode(GradientRecord.class, record.value())) {
      case Decoded.Message<GradientRecord>(var gradient) -> {
        replay.apply(gradient);
        yield true;
      }
      // The fold that made the model has passed over them as well.
      case Decoded.UnknownSchema<GradientRecord>(long fingerprint) -> true;
      case Decoded.Malformed<GradientRecord>(String why) -> true;
    };
  }

  private void published(String jobId, int partition, Witnesses witnesses) {
    TopicTail.read(
        kafka.uncommittedScan(),
        new TopicPartition(Topic.PARAMETERS.topicName(), partition),
        record -> {
          if (record.key() != null
              && record.key().startsWith(jobId + "/")
              && codec.decode(ParameterBlock.class, record.value())
                  instanceof Decoded.Message<ParameterBlock>(var block)) {
            witnesses.add(
                block.block(), block.generation(), block.crc(), DeadLetters.place(record));
          }
        });
  }

  private int partitions(Topic topic) {
    var described =
        await(admin.describeTopics(List.of(topic.topicName())).allTopicNames())
            .get(topic.topicName());
    return described == null ? 0 : described.partitions().size();
  }

  private long offset(TopicPartition partition, OffsetSpec spec) {
    return await(admin.listOffsets(Map.of(partition, spec)).partitionResult(partition)).offset();
  }

  private static <T> T await(KafkaFuture<T> future) {
    try {
      return future.get(); // the client's own time-out bounds it
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException kafka
          ? kafka
          : new KafkaException("The brokers don't answer", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("Interrupted", e);
    }
  }

  private static Cause problem(String what, String why, String mend) {
    return new Cause(Fault.BAD_INPUT, "model", what, why, mend);
  }

  @Override
  public void close() {
    schemas.close();
    admin.close();
  }
}
