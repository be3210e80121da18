package dev.sluice.producer;

import dev.sluice.platform.artifact.ArtifactStore;
import dev.sluice.platform.cluster.ClusterCheck;
import dev.sluice.platform.cluster.Rights;
import dev.sluice.platform.cluster.Topics;
import dev.sluice.platform.kafka.BrokersTime;
import dev.sluice.platform.kafka.KafkaSchemas;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.platform.kafka.PassedOver;
import dev.sluice.producer.artifact.ArtifactExpiry;
import dev.sluice.producer.artifact.ArtifactUses;
import dev.sluice.producer.artifact.Expiry;
import dev.sluice.producer.artifact.KafkaArtifacts;
import dev.sluice.producer.history.KafkaHistory;
import dev.sluice.producer.http.HttpApi;
import dev.sluice.producer.http.HttpLimits;
import dev.sluice.producer.http.Services;
import dev.sluice.producer.jobs.JobReader;
import dev.sluice.producer.jobs.KafkaJobLog;
import dev.sluice.producer.jobs.Submissions;
import dev.sluice.producer.lag.KafkaBacklogs;
import dev.sluice.producer.lag.LagMonitor;
import dev.sluice.producer.letters.KafkaLetterStore;
import dev.sluice.producer.results.KafkaResults;
import dev.sluice.producer.spec.JobJson;
import dev.sluice.producer.view.ClusterView;
import dev.sluice.producer.view.ViewFollower;
import dev.sluice.schemas.codec.Codec;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The producer: an HTTP API in front of the log. It holds nothing that the log does not, so any
 * number of producers may run at once and any may be killed.
 */
public final class ProducerService implements AutoCloseable {

  /** Longest wait for the brokers' time, without which the first ages may be wrong. */
  private static final Duration TIME_MAX = Duration.ofSeconds(3);

  private static final Logger LOG = LoggerFactory.getLogger(ProducerService.class);

  /** What was opened, last opened first. */
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  private final HttpApi api;

  private ProducerService(ProducerConfig config) {
    try {
      this.api = open(config);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Starts a producer in this process: makes the topics that are missing, follows the log, samples
   * lag, and opens the HTTP server.
   *
   * @throws Topics.TopicsUnavailable where the cluster does not answer or does not fit
   * @throws HttpApi.ListenFailed where the port can't be listened on
   */
  public static ProducerService start(ProducerConfig config) {
    return new ProducerService(config);
  }

  private HttpApi open(ProducerConfig config) {
    var kafka = KafkaSettings.of(config.bootstrapServers());
    var silence = Duration.ofMillis(config.workerSilenceMs());
    var ledgerMax = Duration.ofMillis(config.ledgerWaitMs());

    ClusterCheck.require(
        kafka, config.replication(), Rights.WRITER, Duration.ofMillis(config.startMsMax()));
    var topics = new Topics(kafka, keep(Admin.create(kafka.admin())), (short) config.replication());
    topics.ensure();
    var time = keep(BrokersTime.start(kafka));
    var clock = time.clock();
    var watch =
        keep(
            topics.watch(
                unfit -> LOG.error("Nothing is accepted any more: {}", unfit.getMessage())));
    var codec = new Codec(keep(KafkaSchemas.start(kafka)));
    var view = new ClusterView(config.finishedJobsMax());
    var passedOver = keep(new PassedOver(kafka, codec));
    var schemaWait = Duration.ofMillis(config.schemaWaitMs());
    var follower = keep(ViewFollower.start(kafka, codec, view, schemaWait, passedOver));
    var lag =
        keep(
            new LagMonitor(
                    new KafkaBacklogs(kafka, codec, view::isOpen),
                    view,
                    clock,
                    Duration.ofMillis(config.lagSampleMs()),
                    Duration.ofMillis(config.rateWindowMs()),
                    silence)
                .start());
    var log =
        keep(new KafkaJobLog(kafka, codec, "producer", Duration.ofMillis(config.confirmationMs())));
    var notice = Duration.ofSeconds(config.artifactNoticeSeconds());
    var store = new ArtifactStore(kafka, codec, config.artifactStoreBytesMax());
    var artifacts = keep(new KafkaArtifacts(store, notice));
    var expiry =
        new Expiry(
            Duration.ofSeconds(config.artifactRetentionSeconds()).toMillis(), notice.toMillis());
    keep(
        ArtifactExpiry.start(
            store,
            expiry,
            () -> ArtifactUses.of(view).keySet(),
            () -> follower.trouble().isEmpty() && lag.ledgerKeepsUp(notice.dividedBy(2)),
            clock));
    var results = keep(new KafkaResults(kafka, codec));
    var jobs = new JobReader(view.jobs(), keep(new KafkaHistory(kafka, codec)));
    var submissions =
        new Submissions(
            log,
            view.jobs(),
            jobs,
            view.models(),
            artifacts,
            ledgerMax,
            lag::ledgerStandstills,
            JobJson::digest);
    var deadLetters = keep(new KafkaLetterStore(kafka, codec));
    var health = new Health(follower, view, lag, watch);
    var services =
        new Services(
            submissions,
            jobs,
            log,
            view,
            lag::latest,
            results,
            artifacts,
            topics::ensureLane,
            () -> watch.trouble().map(Topics.TopicsUnavailable::problems).orElse(List.of()),
            deadLetters,
            health::view,
            clock,
            silence,
            ledgerMax);
    var limits =
        new HttpLimits(
            config.requestsMax(),
            config.bodyBytesMax(),
            config.artifactBytesMax(),
            config.uploadsMax(),
            Math.min(config.transferBytesMax(), Runtime.getRuntime().maxMemory() / 4));
    var temporary = Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
    time.await(TIME_MAX);
    var server = keep(HttpApi.start(services, config.host(), config.port(), limits, temporary));
    LOG.info("The producer answers at {}.", server.uri());
    return server;
  }

  private <T extends AutoCloseable> T keep(T part) {
    opened.push(part);
    return part;
  }

  /** Where the HTTP API is. */
  public URI uri() {
    return api.uri();
  }

  @Override
  public void close() {
    while (!opened.isEmpty()) {
      var part = opened.pop();
      try {
        part.close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        LOG.warn("{} did not close properly", part.getClass().getSimpleName(), e);
      }
    }
  }
}
