package dev.sluice.coordinator.shell.audit;

import dev.sluice.coordinator.audit.AuditReport;
import dev.sluice.coordinator.audit.Part;
import dev.sluice.coordinator.audit.PartitionReplay;
import dev.sluice.coordinator.audit.Witnesses;
import dev.sluice.coordinator.ledger.ModelName;
import dev.sluice.coordinator.shell.TopicTail;
import dev.sluice.platform.cluster.Topics;
import dev.sluice.platform.kafka.DeadLetters;
import dev.sluice.platform.kafka.KafkaSchemas;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.ParameterBlock;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

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
                  Code.BROKERS_UNFIT,
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
              Code.INVALID_NAME,
              "'" + asked + "' is no model version.",
              "It is a name, '@', and a number, an alias or latest; or the id of a job.",
              "Give one such as digits@1."));
    }
    var model = models(name::equals).getOrDefault(name, new ModelName(name));
    var number = model.find(asked.substring(at + 1));
    var version = number == null ? null : version(name, number);
    if (version == null) {
      throw new AuditProblem(
          problem(
              Code.NO_SUCH_MODEL,
              "Model " + asked + " does not exist.",
              model.there(),
              "`sluice models` lists what there is."));
    }
    return version;
  }

  private ModelVersion madeBy(String jobId) throws AuditProblem {
    var made = new ArrayList<StateKeys.OfModel.Version>();
    models(name -> true)
        .forEach(
            (name, model) ->
                model.madeBy(id -> id.startsWith(jobId)).stream()
                    .map(number -> new StateKeys.OfModel.Version(name, number))
                    .forEach(made::add));
    var version = made.size() == 1 ? version(made.get(0).name(), made.get(0).version()) : null;
    if (version == null) {
      throw new AuditProblem(
          problem(
              Code.NO_SUCH_MODEL,
              made.size() > 1
                  ? "Several jobs that made models have ids that begin with " + jobId + "."
                  : "'" + jobId + "' is no model version, and no job's id that made one.",
              "A version is a name, '@', and a number, an alias or latest; or the id of its job.",
              made.size() > 1 ? "Write more of it." : "Give one such as digits@1."));
    }
    return version;
  }

  /** The registered models, by name: which versions there are, and not what they are. */
  private Map<String, ModelName> models(Predicate<String> wanted) {
    var models = new TreeMap<String, ModelName>();
    readModels(
        record -> {
          var key = StateKeys.ofModel(StateKeys.ofPublished(record.key()));
          if (key.isEmpty() || !wanted.test(key.get().name())) {
            return;
          }
          var model = models.computeIfAbsent(key.get().name(), ModelName::new);
          if (record.value() == null) {
            model.remove(key.get());
          } else if (key.get() instanceof StateKeys.OfModel.Version(var name, int number)) {
            version(record, name, number).ifPresent(model::apply);
          } else if (codec.decode(ModelEntry.class, record.value())
                  instanceof Decoded.Message<ModelEntry>(var entry)
              && entry.name().equals(record.key())) {
            model.apply(entry);
          }
        });
    return models;
  }

  /** What a version is; null where there is none. */
  private @Nullable ModelVersion version(String name, int number) {
    var key = StateKeys.published(name, number);
    var found = new AtomicReference<@Nullable ModelVersion>();
    readModels(
        record -> {
          if (record.key().equals(key)) {
            if (record.value() == null) {
              found.set(null);
            } else {
              version(record, name, number).ifPresent(found::set);
            }
          }
        });
    return found.get();
  }

  private Optional<ModelVersion> version(
      ConsumerRecord<String, ByteBuffer> record, String name, int number) {
    return codec.decode(ModelVersion.class, record.value())
                instanceof Decoded.Message<ModelVersion>(var version)
            && version.name().equals(name)
            && version.version() == number
        ? Optional.of(version)
        : Optional.empty();
  }

  private void readModels(Consumer<ConsumerRecord<String, ByteBuffer>> each) {
    for (int partition = 0; partition < partitions(Topic.MODELS); partition++) {
      TopicTail.read(
          kafka.committedScan(),
          new TopicPartition(Topic.MODELS.topicName(), partition),
          record -> {
            if (record.key() != null) {
              each.accept(record);
            }
          });
    }
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

  private static Cause problem(Code code, String what, String why, String mend) {
    return new Cause(code, "model", what, why, mend);
  }

  @Override
  public void close() {
    schemas.close();
    admin.close();
  }
}
