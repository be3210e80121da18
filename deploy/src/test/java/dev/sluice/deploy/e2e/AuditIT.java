package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.deploy.Sluice;
import dev.sluice.deploy.standalone.StandaloneOptions;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.producer.api.JobView;
import dev.sluice.producer.api.ModelVersionView;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.EarlyStopping;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.ValidationMetric;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code sluice audit}: what a trained model is derived from again, and what it says of it. */
@ExtendWith(Cluster.Provider.class)
final class AuditIT {

  private static final int EPOCHS = 5;

  /** About 45 MiB of gradients, so several times what is kept. */
  private static final int EPOCHS_LONG = 45;

  private static final int KEPT_MEBIBYTES = 16;

  private static final int MATCHES = 0;
  private static final int DIFFERS = 1;
  private static final int BAD_INPUT = 2;
  private static final int GONE = 6;

  @Test
  void aModelIsBitForBitWhatTheWholeLogGives(Cluster cluster) throws Exception {
    cluster.workers(2);
    var job = train(cluster, "audited", EPOCHS);
    var model = model(job);

    var ran = audit(cluster, name(model), "--json");

    assertThat(ran.exitCode()).as(ran.err()).isEqualTo(MATCHES);
    var report = ran.json();
    assertThat(report.required("verdict").asText()).isEqualTo("matches");
    assertThat(report.required("derived").asText()).isEqualTo(model.sha256());
    var part = onlyPart(report);
    assertThat(part.required("from").asText()).isEqualTo("log");
    assertThat(part.required("steps").asLong()).isEqualTo(steps(job));
    assertThat(part.required("contributions").asLong()).isGreaterThan(steps(job));
    // Named by the beginning of its job's id, too.
    assertThat(audit(cluster, job.jobId().substring(0, 12)).out())
        .contains(name(model) + " is bit for bit", model.sha256());
  }

  @Test
  void aTrainingThatEndedEarlyGaveItsBestParametersWhoeverComputedThem(Cluster cluster)
      throws Exception {
    var spec =
        TestJobs.endingEarly(
            TestJobs.quickstart(cluster.client(), EPOCHS_LONG, "early"),
            new EarlyStopping(2, ValidationMetric.LOSS, 0.02));
    cluster.workers(1);
    var alone = cluster.succeeded(cluster.client().submit(spec, null).jobId());
    cluster.workers(2);
    var together = cluster.succeeded(cluster.client().submit(spec, null).jobId());

    var training = Cluster.present(alone.training());
    var validation = Cluster.present(training.validation());
    assertThat(validation.stoppedEarly()).isTrue();
    assertThat(validation.keptStep()).isEqualTo(validation.bestStep()).isLessThan(training.step());
    assertThat(training.step()).isLessThan(training.steps());
    assertThat(model(together).sha256()).isEqualTo(model(alone).sha256());
    assertThat(model(alone).metrics().get("accuracy"))
        .isEqualTo(
            Cluster.present(validation.points()).stream()
                .filter(point -> point.step() == Cluster.present(validation.bestStep()))
                .findFirst()
                .orElseThrow()
                .score());
    matching(cluster, model(together));
  }

  @Test
  void aRecordThatSaysOtherwiseIsFoundOut(Cluster cluster) throws Exception {
    cluster.workers(1);
    var trained = stored(cluster, model(train(cluster, "honest", EPOCHS)));
    publish(cluster, with(trained, "tampered", "sha256:" + "0".repeat(64), ""));
    publish(cluster, with(trained, "made-of-it", "sha256:" + "1".repeat(64), "tampered@1"));

    var tampered = audit(cluster, "tampered@1", "--json");
    assertThat(tampered.exitCode()).isEqualTo(DIFFERS);
    assertThat(tampered.json().required("verdict").asText()).isEqualTo("differs");
    assertThat(tampered.json().required("derived").asText()).isEqualTo(trained.sha256());
    assertThat(tampered.json().required("firstDifference").isNull()).isTrue();

    var quantised = audit(cluster, "made-of-it@latest");
    assertThat(quantised.exitCode()).isEqualTo(DIFFERS);
    assertThat(quantised.out()).contains("made from tampered@1 by quantisation", "NOT what");
  }

  @Test
  void whatDoesNotExistIsWrongUsage(Cluster cluster) throws Exception {
    for (var wrong : List.of("nobody@1", "nobody", "@1", "nobody@")) {
      var ran = audit(cluster, wrong, "--json");
      assertThat(ran.exitCode()).as(wrong).isEqualTo(BAD_INPUT);
      assertThat(ran.json().required("detail").asText()).contains(wrong);
    }
  }

  @Test
  void aTrimmedLogIsFoldedFromAnAnchorAndTakeoversKeepIt() throws Exception {
    try (var cluster = keeping(KEPT_MEBIBYTES)) {
      cluster.workers(1);
      var job = train(cluster, "long", EPOCHS_LONG);
      var model = model(job);
      int partition = partition(job);
      cluster.eventually("the log is trimmed", () -> logBeginning(cluster, partition) > 0);

      var part = onlyPart(matching(cluster, model));
      assertThat(part.required("from").asText()).isEqualTo("anchor");
      assertThat(part.required("fromStep").asLong()).isGreaterThan(0).isLessThan(steps(job));
      assertThat(part.required("steps").asLong()).isGreaterThan(0);

      // Another coordinator neither takes the anchors for jobs nor loses them.
      cluster.restartCoordinator();
      assertThat(onlyPart(matching(cluster, model))).isEqualTo(part);
      var next = model(train(cluster, "long", EPOCHS_LONG));
      assertThat(next.sha256()).isEqualTo(model.sha256());
      matching(cluster, next);
      assertThat(cluster.client().job(job.jobId()).status()).isEqualTo("succeeded");
    }
  }

  @Test
  void whereNothingIsKeptItSaysSo() throws Exception {
    try (var cluster = keeping(0)) {
      cluster.workers(1);
      var job = train(cluster, "gone", EPOCHS);
      int partition = partition(job);
      cluster.eventually(
          "all of the log is trimmed",
          () -> logBeginning(cluster, partition) == logEnd(cluster, partition));

      var ran = audit(cluster, name(model(job)), "--json");

      assertThat(ran.exitCode()).isEqualTo(GONE);
      assertThat(ran.json().required("verdict").asText()).isEqualTo("gone");
      assertThat(ran.json().required("missing").get(0).asText())
          .contains("neither the beginning of the job nor an anchor");
      assertThat(audit(cluster, name(model(job))).out()).contains("audit-mebibytes");
    }
  }

  private static Cluster keeping(int mebibytes) {
    return Cluster.ofItsOwn(
        StandaloneOptions.temporary(0)
            .withCoordinator(
                Map.of("audit-mebibytes", String.valueOf(mebibytes), "checkpoint-ms", "100")));
  }

  private static JobView train(Cluster cluster, String register, int epochs) throws Exception {
    var spec = TestJobs.quickstart(cluster.client(), epochs, register);
    return cluster.succeeded(cluster.client().submit(spec, null).jobId());
  }

  private static JsonNode matching(Cluster cluster, ModelVersionView model) throws Exception {
    var ran = audit(cluster, name(model), "--json");
    assertThat(ran.exitCode()).as(ran.out() + ran.err()).isEqualTo(MATCHES);
    return ran.json();
  }

  private static Cluster.Ran audit(Cluster cluster, String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    var commandLine =
        Sluice.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    var all = new ArrayList<>(List.of("audit"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--bootstrap-servers", cluster.bootstrapServers()));
    int code = commandLine.execute(all.toArray(String[]::new));
    return new Cluster.Ran(code, out.toString(), err.toString());
  }

  /** The digits' network is one block, so one partition holds the job. */
  private static JsonNode onlyPart(JsonNode report) {
    assertThat(report.required("partitions")).hasSize(1);
    return report.required("partitions").get(0);
  }

  private static int partition(JobView job) {
    return Topic.partition(Topic.blockKey(job.jobId(), 0), Topic.GRADIENTS.partitions());
  }

  private static long steps(JobView job) {
    return Cluster.present(job.training()).steps();
  }

  private static ModelVersionView model(JobView job) {
    return Cluster.present(job.model());
  }

  private static String name(ModelVersionView model) {
    return model.name() + "@" + model.version();
  }

  private static long logBeginning(Cluster cluster, int partition) throws Exception {
    return offset(cluster, partition, OffsetSpec.earliest());
  }

  private static long logEnd(Cluster cluster, int partition) throws Exception {
    return offset(cluster, partition, OffsetSpec.latest());
  }

  private static long offset(Cluster cluster, int partition, OffsetSpec spec) throws Exception {
    var log = new TopicPartition(Topic.GRADIENTS.topicName(), partition);
    try (var admin = Admin.create(KafkaSettings.of(cluster.bootstrapServers()).admin())) {
      return admin
          .listOffsets(Map.of(log, spec))
          .partitionResult(log)
          .get(Cluster.READY_MAX.toSeconds(), TimeUnit.SECONDS)
          .offset();
    }
  }

  /** The record of a model, as {@code sluice.models} has it. */
  private static ModelVersion stored(Cluster cluster, ModelVersionView model) throws Exception {
    var versions = new TreeMap<Integer, ModelVersion>();
    var models = new TopicPartition(Topic.MODELS.topicName(), 0);
    var kafka = KafkaSettings.of(cluster.bootstrapServers());
    try (var consumer = new KafkaConsumer<String, ByteBuffer>(kafka.committedReader())) {
      consumer.assign(Set.of(models));
      consumer.seekToBeginning(Set.of(models));
      cluster.eventually(
          "the model is published",
          () -> {
            for (var record : consumer.poll(Duration.ofMillis(100))) {
              if (record.key().startsWith(model.name() + "/")
                  && Codec.builtIn().decode(ModelVersion.class, record.value())
                      instanceof Decoded.Message<ModelVersion>(var version)) {
                versions.put(version.version(), version);
              }
            }
            return !versions.isEmpty();
          });
    }
    return versions.lastEntry().getValue();
  }

  private static ModelVersion with(ModelVersion of, String name, String sha256, String parent) {
    return new ModelVersion(
        name,
        1,
        of.jobId(),
        sha256,
        of.network(),
        of.files(),
        of.metrics(),
        of.dataset(),
        of.splitSeed(),
        of.engine(),
        of.registeredMs(),
        of.format(),
        parent);
  }

  private static void publish(Cluster cluster, ModelVersion version) throws Exception {
    var kafka = KafkaSettings.of(cluster.bootstrapServers());
    try (var producer = new KafkaProducer<String, byte[]>(kafka.controlProducer())) {
      producer
          .send(
              new ProducerRecord<>(
                  Topic.MODELS.topicName(),
                  StateKeys.published(version.name(), version.version()),
                  Codec.builtIn().encode(version)))
          .get(Cluster.READY_MAX.toSeconds(), TimeUnit.SECONDS);
    }
  }
}
