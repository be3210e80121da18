package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.deploy.fuzz.Garbage;
import dev.sluice.deploy.standalone.StandaloneOptions;
import dev.sluice.schemas.codec.Digests;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.ArtifactChunk;
import dev.sluice.schemas.wire.CheckpointRecord;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.JobControl;
import dev.sluice.schemas.wire.JobFacts;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.ParameterBlock;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.ResultBatch;
import dev.sluice.schemas.wire.StateRecord;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.TorchScript;
import dev.sluice.schemas.wire.WorkerHeartbeat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Bytes that are no records, and files that are no models, beside jobs that go on. */
@ExtendWith(Cluster.Provider.class)
final class BadBytesIT {
  private static final int RECORDS_EACH = 40;

  /** Topics whose every record somebody reads. */
  private static final Map<String, Class<? extends Record>> READ =
      Map.of(
          Topic.JOBS.topicName(), JobRecord.class,
          Topic.GRADIENTS.topicName(), GradientRecord.class,
          Topic.FLEET.topicName(), WorkerHeartbeat.class,
          Topic.CONTROLS.topicName(), JobControl.class,
          Topic.JOB_FACTS.topicName(), JobFacts.class,
          Topic.tasks(StandaloneOptions.LANE, Priority.NORMAL), Task.class);

  /** Topics of which readers take what a job or a key leads them to. */
  private static final Map<String, Class<? extends Record>> LOOKED_UP =
      Map.of(
          Topic.PARAMETERS.topicName(), ParameterBlock.class,
          Topic.RESULTS.topicName(), ResultBatch.class,
          Topic.LANES.topicName(), Lane.class,
          Topic.MODELS.topicName(), ModelEntry.class,
          Topic.ARTIFACTS.topicName(), ArtifactChunk.class,
          Topic.SCHEMAS.topicName(), JobRecord.class);

  /** How health begins to say what is not read. */
  private static final String NOT_READ = "The newest record about";

  @TempDir private Path dir;

  @Test
  void garbageInEveryTopicGoesToTheDeadLettersAndChangesNoBit(Cluster cluster) throws Exception {
    cluster.workers(2);
    var topic = new JobsTopic(cluster);
    var spec = circles(cluster, Csv.circles(dir, 600));
    var undisturbed = model(cluster, cluster.client().submit(spec, null).jobId());
    var written = new ArrayList<RecordMetadata>();

    written.addAll(garbage(topic, 0));
    var jobId = cluster.client().submit(spec, null).jobId();
    written.addAll(garbage(topic, RECORDS_EACH));

    assertThat(model(cluster, jobId)).isEqualTo(undisturbed);
    topic.awaitDeadLetters(written);
    // Whoever followed a topic does so still.
    assertThat(model(cluster, cluster.client().submit(spec, null).jobId())).isEqualTo(undisturbed);
  }

  /** Garbage for every topic; returns where that is which somebody reads. */
  private static List<RecordMetadata> garbage(JobsTopic topic, int from) throws Exception {
    var records = new ArrayList<ProducerRecord<String, byte @Nullable []>>();
    READ.forEach(
        (name, type) -> {
          for (int i = from; i < from + RECORDS_EACH; i++) {
            records.add(new ProducerRecord<>(name, "garbage-" + i, Garbage.of(type, i)));
          }
        });
    records.add(new ProducerRecord<>(Topic.JOBS.topicName(), null, null));
    var read = topic.writeAll(records);
    records.clear();
    LOOKED_UP.forEach(
        (name, type) -> {
          for (int i = from; i < from + RECORDS_EACH; i++) {
            records.add(new ProducerRecord<>(name, "garbage/" + i, Garbage.of(type, i)));
          }
        });
    topic.writeAll(records);
    return read;
  }

  @Test
  void whatIsWrittenOverStatesAndCheckpointsCountsForNothing(Cluster cluster) throws Exception {
    cluster.workers(1);
    var topic = new JobsTopic(cluster);
    var spec = circles(cluster, Csv.circles(dir, 600));
    var jobId = cluster.client().submit(spec, null).jobId();
    var undisturbed = model(cluster, jobId);
    int versions = cluster.client().model("bad-bytes").versions().size();

    var written = topic.writeAll(overStatesAndCheckpoints(jobId));

    cluster.eventually(
        "health says what is not read",
        () -> cluster.client().health().reasons().stream().anyMatch(why -> why.contains(NOT_READ)));
    cluster.eventually(
        "the job says it, too, once its own records are read",
        () ->
            cluster.client().job(jobId).notes().stream()
                .anyMatch(note -> note.contains("can't be read")));
    assertThat(cluster.client().job(jobId).status())
        .as("what was known before")
        .isEqualTo("succeeded");
    assertThat(cluster.client().health().ready()).isTrue();

    cluster.restartCoordinator();

    cluster.eventually(
        "the takeover has written it anew",
        () ->
            cluster.client().health().reasons().stream().noneMatch(why -> why.contains(NOT_READ)));
    assertThat(cluster.client().job(jobId).notes())
        .noneMatch(note -> note.contains("can't be read"));
    // A last checkpoint may have replaced what was over the one before.
    topic.awaitDeadLetters(
        written.stream().filter(at -> !at.topic().equals(Topic.CHECKPOINTS.topicName())).toList());
    assertThat(model(cluster, cluster.client().submit(spec, null).jobId())).isEqualTo(undisturbed);
    assertThat(cluster.client().model("bad-bytes").versions()).hasSize(versions + 1);
  }

  /** Under every kind of key that coordinators write, in every partition. */
  private static List<ProducerRecord<String, byte @Nullable []>> overStatesAndCheckpoints(
      String jobId) {
    var keys =
        List.of(
            jobId,
            jobId + "/0",
            StateKeys.CURSOR,
            Topic.laneKey(StandaloneOptions.LANE),
            "model/bad-bytes",
            "garbage");
    var records = new ArrayList<ProducerRecord<String, byte @Nullable []>>();
    for (int partition = 0; partition < Topic.JOB_STATES.partitions(); partition++) {
      for (var key : keys) {
        records.add(garbage(Topic.JOB_STATES, partition, key, StateRecord.class));
      }
      for (var part : FactPart.values()) {
        records.add(garbage(Topic.JOB_FACTS, partition, part.key(jobId), JobFacts.class));
        records.add(garbage(Topic.JOB_FACTS, partition, part.key("garbage"), JobFacts.class));
      }
      records.add(garbage(Topic.CHECKPOINTS, partition, "cursor", CheckpointRecord.class));
      records.add(garbage(Topic.CHECKPOINTS, partition, jobId + "/0", CheckpointRecord.class));
    }
    return records;
  }

  private static ProducerRecord<String, byte @Nullable []> garbage(
      Topic topic, int partition, String key, Class<? extends Record> type) {
    return new ProducerRecord<>(topic.topicName(), partition, key, Garbage.of(type, partition));
  }

  @Test
  void garbageUnderAFilesKeyDoesNotHideTheFile(Cluster cluster) throws Exception {
    cluster.workers(1);
    var topic = new JobsTopic(cluster);
    var file = Csv.circles(dir, 402);
    var digest = Digests.sha256(Files.readAllBytes(file));

    var garbage =
        topic.write(
            new ProducerRecord<>(
                Topic.ARTIFACTS.topicName(),
                Topic.partition(digest, Topic.ARTIFACTS.partitions()),
                digest + "/0",
                Garbage.of(ArtifactChunk.class, 0)));
    var spec = circles(cluster, file);

    cluster.succeeded(cluster.client().submit(spec, null).jobId());
    topic.awaitDeadLetters(List.of(garbage));
  }

  @Test
  void aModelFileThatEndsItsProcessIsRefusedAndTheWorkerLives(Cluster cluster) throws Exception {
    cluster.workers(1);
    var workers = cluster.workerPids();
    var data = cluster.client().upload(Csv.circles(dir, 400)).artifact();
    var script = deeplyNested();
    var network = new TorchScript(cluster.client().upload(script).artifact(), List.of());
    var spec =
        TestJobs.train(
            TestJobs.classification(data, "inside"), network, Objective.CROSS_ENTROPY, 2, "broken");

    var failed = cluster.failed(cluster.client().submit(spec, null).jobId());

    assertThat(Cluster.present(failed.cause()).code()).isEqualTo("model-harmful");
    assertThat(cluster.workerPids()).containsExactlyElementsOf(workers);
    cluster.succeeded(
        cluster.client().submit(circles(cluster, Csv.circles(dir, 400)), null).jobId());
  }

  /** A TorchScript file on whose code libtorch's parser runs out of stack. */
  private Path deeplyNested() throws IOException {
    var sound = dir.resolve("two-layers.pt");
    try (var file = TorchScriptIT.class.getResourceAsStream("two-layers.pt")) {
      Files.write(sound, Cluster.present(file).readAllBytes());
    }
    var nested = dir.resolve("nested.pt");
    try (var from = new ZipFile(sound.toFile());
        var to = new ZipOutputStream(Files.newOutputStream(nested))) {
      // libtorch reads entries that are not compressed, and so does level 0.
      to.setLevel(0);
      for (var entry : Collections.list(from.entries())) {
        var bytes = from.getInputStream(entry).readAllBytes();
        if (entry.getName().contains("/code/") && entry.getName().endsWith(".py")) {
          var code = new String(bytes, StandardCharsets.UTF_8);
          bytes =
              code.replace("return ", "return " + "(".repeat(200_000))
                  .getBytes(StandardCharsets.UTF_8);
        }
        to.putNextEntry(new ZipEntry(entry.getName()));
        to.write(bytes);
        to.closeEntry();
      }
    }
    return nested;
  }

  private static JobSpec circles(Cluster cluster, Path file) throws Exception {
    var data = cluster.client().upload(file).artifact();
    return TestJobs.train(
        TestJobs.classification(data, "inside"),
        TestJobs.dense(16, 2),
        Objective.CROSS_ENTROPY,
        30,
        "bad-bytes");
  }

  private static String model(Cluster cluster, String jobId) throws Exception {
    return Cluster.present(cluster.succeeded(jobId).model()).sha256();
  }
}
