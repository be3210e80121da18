package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.deploy.standalone.StandaloneOptions;
import dev.sluice.producer.client.SluiceException;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.DatasetFacts;
import dev.sluice.schemas.wire.DeadLetterReason;
import dev.sluice.schemas.wire.Exported;
import dev.sluice.schemas.wire.InferencePrepared;
import dev.sluice.schemas.wire.Inferred;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.Measured;
import dev.sluice.schemas.wire.ModelResolved;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.RegisterModel;
import dev.sluice.schemas.wire.ResultRange;
import dev.sluice.schemas.wire.RowFaults;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.TermFinished;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.avro.SchemaNormalization;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What enters {@code sluice.jobs}, by HTTP or not. */
@ExtendWith(Cluster.Provider.class)
final class WireIT {
  @TempDir private Path dir;

  @Test
  void aRecordWrittenStraightToTheTopicIsAJob(Cluster cluster) throws Exception {
    cluster.workers(1);
    var data = cluster.client().upload(Csv.circles(dir, 400)).artifact();
    var spec =
        TestJobs.train(
            TestJobs.classification(data, "inside"),
            TestJobs.dense(16, 2),
            Objective.CROSS_ENTROPY,
            2,
            "straight");

    new JobsTopic(cluster).submit("straight-1", spec);

    cluster.eventually("the job is known", () -> knows(cluster, "straight-1"));
    assertThat(cluster.succeeded("straight-1").model()).isNotNull();
  }

  @Test
  void garbageGoesToTheDeadLettersAndTheNextJobRuns(Cluster cluster) throws Exception {
    cluster.workers(1);
    var topic = new JobsTopic(cluster);

    var garbage = topic.write("garbage", "no avro at all".getBytes(StandardCharsets.UTF_8));

    var letter = topic.deadLetterOf(garbage);
    assertThat(letter.cause().code()).isEqualTo(Code.UNREADABLE_RECORD);
    assertThat(letter.cause().why()).isNotBlank();
    assertThat(letter.value()).isNotNull();
    assertThat(StandardCharsets.UTF_8.decode(letter.value()).toString())
        .isEqualTo("no avro at all");

    var data = cluster.client().upload(Csv.circles(dir, 400)).artifact();
    var spec =
        TestJobs.train(
            TestJobs.classification(data, "inside"),
            TestJobs.dense(16, 2),
            Objective.CROSS_ENTROPY,
            2,
            "after-garbage");
    cluster.succeeded(cluster.client().submit(spec, null).jobId());
  }

  @Test
  void aTombstoneGoesToTheDeadLetters(Cluster cluster) throws Exception {
    var topic = new JobsTopic(cluster);
    var tombstone = topic.write("tombstone", null);
    assertThat(topic.deadLetterOf(tombstone).cause().why()).contains("tombstone");
  }

  @Test
  void aRecordInTheWrongPartitionReachesItsOwner(Cluster cluster) throws Exception {
    cluster.workers(1);
    new JobsTopic(cluster).submitMisplaced("misplaced-1", small(cluster, "misplaced"));

    cluster.eventually("the job is known", () -> knows(cluster, "misplaced-1"));
    assertThat(cluster.succeeded("misplaced-1").model()).isNotNull();
  }

  @Test
  void whatCantBeTrueOfAJobChangesNothingAndEndsNoCoordinator(Cluster cluster) throws Exception {
    cluster.workers(0);
    var topic = new JobsTopic(cluster);
    var spec = small(cluster, "nonsense");
    topic.submit("nonsense-1", spec);
    cluster.eventually("the job is known", () -> knows(cluster, "nonsense-1"));

    believesNothing(topic, "nonsense-1", List.of(answers(), counted(), ended(), exported("x")));
    var others = exported("x").model();
    var owner = topic.tell("nonsense", new RegisterModel("nonsense", "nonsense-1", others));
    assertThat(topic.deadLetterOf(owner).cause().code()).isEqualTo(Code.INVALID_RECORD);
    var resolved = topic.tell("nonsense-1", new ModelResolved("nonsense-1", null, null));
    assertThat(topic.deadLetterOf(resolved).cause().code()).isEqualTo(Code.INVALID_RECORD);
    cluster.restartCoordinator();
    cluster.workers(1);
    cluster.succeeded("nonsense-1");

    cluster.workers(0);
    var infer = TestJobs.inferHeldOut(spec, "nonsense", "1");
    topic.submit("nonsense-2", infer);
    cluster.eventually(
        "its model is resolved",
        () ->
            knows(cluster, "nonsense-2")
                && cluster.client().job("nonsense-2").status().equals("preparing"));
    believesNothing(topic, "nonsense-2", List.of(answers(), ended(), exported("nonsense-2")));
    cluster.restartCoordinator();
    cluster.workers(1);
    cluster.succeeded("nonsense-2");
  }

  /** Of the reports of a job's first task, none of which it can end with. */
  private static void believesNothing(JobsTopic topic, String jobId, List<Outcome> outcomes)
      throws Exception {
    for (var outcome : outcomes) {
      var report = new TaskReported(jobId, "prepare", 1, "test", "", outcome, "");
      var letter = topic.deadLetterOf(topic.tell(jobId, report));
      assertThat(letter.reason()).isEqualTo(DeadLetterReason.UNPROCESSABLE);
      assertThat(letter.cause().code()).isEqualTo(Code.INVALID_RECORD);
      assertThat(letter.value()).as("its bytes are kept").isNotNull();
    }
  }

  private static Inferred answers() {
    var range = new ResultRange(0, 0, 0, 0, 0, "", "");
    return new Inferred(range, 0, 0, 0, 0, 0, null, RowFaults.NONE, Measured.NOTHING);
  }

  private static InferencePrepared counted() {
    return new InferencePrepared(new DatasetFacts("", 1, 0, 0));
  }

  private static TermFinished ended() {
    return new TermFinished(1, 1, 1, 1, null);
  }

  private static Exported exported(String jobId) {
    var none = new Affine(List.of(), List.of());
    var network =
        new NetworkFacts(
            new LayerStack(List.of(1), TestJobs.dense(1, 1)),
            List.of(1),
            1,
            Objective.CROSS_ENTROPY,
            List.of(),
            List.of(),
            none,
            none,
            List.of(),
            1,
            1);
    return new Exported(
        new ModelVersion(
            "x", 0, jobId, "", network, List.of(), List.of(), "", 0, "", 0, "fp32", ""));
  }

  @Test
  void aRecordOfAnUnknownSchemaIsPutAwayAfterAWhileAndRunsOnceWhenItIsWrittenBack(Cluster cluster)
      throws Exception {
    cluster.workers(1);
    var topic = new JobsTopic(cluster);
    // What a later release might write: one more field, so another fingerprint.
    var later = topic.laterSubmission("later-1", small(cluster, "later"));
    var everywhere = topic.writeAll(ofUnknownSchemas());
    var written = topic.write("later-1", later.value().array());
    var id = written.topic() + "/" + written.partition() + "/" + written.offset();
    var elsewhere = JobsTopic.idInAnotherPartition("later-1");
    topic.submit(elsewhere, small(cluster, "elsewhere"));
    var behind = inPartition(written.partition());
    topic.submit(behind, small(cluster, "behind"));
    var fingerprint =
        String.format(
            Locale.ROOT, "%016x", SchemaNormalization.parsingFingerprint64(later.schema()));

    cluster.eventually(
        "health names the record and its schema",
        () ->
            cluster.client().health().reasons().stream()
                .anyMatch(
                    reason ->
                        reason.startsWith("sluice.jobs-" + written.partition())
                            && reason.contains(fingerprint)
                            && reason.contains("offset " + written.offset())));
    cluster.eventually("the other partition goes on", () -> knows(cluster, elsewhere));
    cluster.eventually("its own partition goes on", () -> knows(cluster, behind));
    assertThat(topic.deadLetterOf(written).reason()).isEqualTo(DeadLetterReason.UNKNOWN_SCHEMA);
    assertThat(knows(cluster, "later-1")).isFalse();
    assertThat(whyNot(cluster, id)).contains("still not in sluice.schemas");

    topic.publish(later.schema());
    cluster.eventually(
        "it is written back", () -> cluster.client().redrive(List.of(id)).redriven().contains(id));

    cluster.eventually("the job is known", () -> knows(cluster, "later-1"));
    cluster.succeeded("later-1");
    assertThat(whyNot(cluster, id)).contains("written back before");
    assertThat(cluster.client().model("later").versions()).hasSize(1);
    var listed = cluster.sluice("dead-letters", "--reason", "unknown-schema", "--json");
    assertThat(listed.json().path("deadLetters").findValuesAsText("id")).contains(id);
    cluster.succeeded(behind);
    cluster.succeeded(elsewhere);
    topic.awaitDeadLetters(everywhere.stream().filter(WireIT::isFollowed).toList());
    assertThat(cluster.client().health().ready()).isTrue();
    // Its lane's state is what it was before.
    cluster.workers(2);
    cluster.restartCoordinator();
    cluster.succeeded(cluster.client().submit(small(cluster, "after"), null).jobId());
  }

  /** Topics of which somebody reads each record, and puts away what can't be read. */
  private static boolean isFollowed(RecordMetadata record) {
    return !List.of(
            Topic.LANES,
            Topic.CHECKPOINTS,
            Topic.PARAMETERS,
            Topic.RESULTS,
            Topic.MODELS,
            Topic.ARTIFACTS)
        .stream()
        .map(Topic::topicName)
        .toList()
        .contains(record.topic());
  }

  /** One for each partition of each topic that holds messages, under a key that is in use. */
  private static List<ProducerRecord<String, byte @Nullable []>> ofUnknownSchemas() {
    var value = ByteBuffer.allocate(40).putShort((short) 0xC301).putLong(0x1122334455667788L);
    var keys =
        Map.ofEntries(
            Map.entry(Topic.JOB_STATES, Topic.laneKey(StandaloneOptions.LANE)),
            Map.entry(Topic.JOB_FACTS, "later-1/spec"),
            Map.entry(Topic.LANES, StandaloneOptions.LANE),
            Map.entry(Topic.CONTROLS, "later-1"),
            Map.entry(Topic.GRADIENTS, "later-1/0"),
            Map.entry(Topic.PARAMETERS, "later-1/0"),
            Map.entry(Topic.CHECKPOINTS, "cursor"),
            Map.entry(Topic.RESULTS, "later-1"),
            Map.entry(Topic.FLEET, "later-1"),
            Map.entry(Topic.MODELS, "later"),
            Map.entry(Topic.ARTIFACTS, "later/0"));
    var records = new ArrayList<ProducerRecord<String, byte @Nullable []>>();
    keys.forEach(
        (topic, key) -> {
          for (int partition = 0; partition < topic.partitions(); partition++) {
            records.add(new ProducerRecord<>(topic.topicName(), partition, key, value.array()));
          }
        });
    for (var tasks : Topic.tasks(StandaloneOptions.LANE)) {
      records.add(new ProducerRecord<>(tasks, "later-1", value.array()));
    }
    return records;
  }

  private static String whyNot(Cluster cluster, String id) throws SluiceException {
    return cluster.client().redrive(List.of(id)).leftOut().getFirst().why();
  }

  private static String inPartition(int partition) {
    int number = 0;
    while (Topic.partition("behind-" + number, Topic.JOBS.partitions()) != partition) {
      number++;
    }
    return "behind-" + number;
  }

  private JobSpec small(Cluster cluster, String register) throws Exception {
    var data = cluster.client().upload(Csv.circles(dir, 400)).artifact();
    return TestJobs.train(
        TestJobs.classification(data, "inside"),
        TestJobs.dense(16, 2),
        Objective.CROSS_ENTROPY,
        2,
        register);
  }

  @Test
  void aKeyNamesOneJobHoweverOftenItIsSent(Cluster cluster) throws Exception {
    cluster.workers(1);
    var data = cluster.client().upload(Csv.circles(dir, 400)).artifact();
    var dataset = TestJobs.classification(data, "inside");
    var spec =
        TestJobs.train(dataset, TestJobs.dense(16, 2), Objective.CROSS_ENTROPY, 2, "idempotent");
    var other =
        TestJobs.train(dataset, TestJobs.dense(16, 2), Objective.CROSS_ENTROPY, 3, "idempotent");

    var first = cluster.client().submit(spec, "one-key");
    var again = cluster.client().submit(spec, "one-key");
    var refused =
        catchThrowableOfType(
            SluiceException.Refused.class, () -> cluster.client().submit(other, "one-key"));

    assertThat(again.jobId()).isEqualTo(first.jobId());
    assertThat(refused.problem().status()).isEqualTo(409);
    var model = cluster.succeeded(first.jobId()).model();
    assertThat(model).isNotNull();
    assertThat(cluster.client().model("idempotent").versions()).hasSize(1);
  }

  private static boolean knows(Cluster cluster, String jobId) throws SluiceException {
    try {
      cluster.client().job(jobId);
      return true;
    } catch (SluiceException.Refused e) {
      assertThat(e.problem().status()).isEqualTo(404);
      return false;
    }
  }
}
