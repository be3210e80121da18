package dev.sluice.benchmark.section;

import dev.sluice.benchmark.bare.OnnxLoop.Answered;
import dev.sluice.benchmark.process.BenchCluster;
import dev.sluice.benchmark.report.BenchRow;
import dev.sluice.producer.api.JobView;
import dev.sluice.producer.client.SluiceClient;
import dev.sluice.producer.client.SluiceClient.ResultFormat;
import dev.sluice.producer.client.SluiceException;
import dev.sluice.schemas.topics.Topic;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Many rows in one job, and reading what came out. */
final class InferenceFigures implements BenchSection {
  private static final int ROWS = 100_000;
  private static final int BATCH = 256;
  private static final int HIDDEN = 512;
  private static final String ONNX = "onnx";
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration READ_MAX = Duration.ofSeconds(60);

  @Override
  public String name() {
    return "inference";
  }

  @Override
  public String title() {
    return String.format(
        Locale.ROOT, "%,d rows, network 64-512-512-10, batch %d, 2 workers", ROWS, BATCH);
  }

  @Override
  public void run(BenchContext context, Found found)
      throws IOException, SluiceException, InterruptedException {
    context.release(); // results of this section alone are read below
    var cluster = context.cluster(BenchContext.Kind.USUAL);
    var client = cluster.client();
    var digits = client.upload(context.digits()).artifact();
    var training =
        BenchJobs.run(client, BenchJobs.training(digits, HIDDEN, BATCH, 50, "bench-rows"));
    var rows =
        client.upload(BenchJobs.rows(context.digits(), context.directory(), ROWS)).artifact();
    var document = BenchJobs.inference(rows, "bench-rows@1", BATCH);
    var loop = found.attempt("bare ONNX Runtime", () -> loop(context, client, training));
    var limit = loop == null ? null : loop.rowsPerSecond();
    for (var which : new String[] {"first job", "second job"}) {
      var job = found.attempt(which, () -> BenchJobs.run(client, document));
      if (job != null) {
        add(which, job, limit, found);
      }
      if (job != null && which.startsWith("second")) {
        reading(cluster, job, found);
      }
    }
  }

  private static void add(String which, JobView job, @Nullable Double limit, Found found) {
    var inference = job.inference();
    var finished = job.finishedMs();
    if (inference == null || finished == null) {
      throw new IllegalStateException("job " + job.jobId() + " is no inference that has ended");
    }
    var name = "bare ONNX Runtime, 2 threads";
    var row = BenchRow.of(which + ", from its first task", inference.rowsPerSecond(), "rows/s");
    found.add(row.against(name, limit, "no figure"));
    double seconds = (finished - job.submittedMs()) / 1e3;
    found.add(
        BenchRow.of(which + ", from its submission", ROWS / seconds, "rows/s")
            .against(name, limit, "no figure"));
  }

  private static Answered loop(BenchContext context, SluiceClient client, JobView training)
      throws IOException, SluiceException, InterruptedException {
    var model = training.model();
    var file =
        model == null
            ? null
            : model.files().stream()
                .filter(it -> it.format().equals(ONNX))
                .findFirst()
                .orElse(null);
    if (file == null) {
      throw new IllegalStateException("training gave no ONNX file");
    }
    Path path = context.directory().resolve("model.onnx");
    try (var out = Files.newOutputStream(path)) {
      client.download(file.artifact(), out);
    }
    return context.bare(
        Answered.class,
        "onnx",
        path.toString(),
        String.valueOf(BATCH),
        String.valueOf(BenchContext.WORKERS),
        BenchContext.text(context.seconds()));
  }

  /** Reads the answers twice, the second time warm; then the same records with a bare consumer. */
  private static void reading(BenchCluster cluster, JobView job, Found found)
      throws InterruptedException {
    var what = "reading results over HTTP (NDJSON)";
    var ours =
        found.attempt(
            what,
            () -> {
              var _ = resultsPerSecond(cluster.client(), job.jobId());
              return resultsPerSecond(cluster.client(), job.jobId());
            });
    // Both jobs of this cluster have answered all rows.
    var bare = found.attempt("bare consumer", () -> 2 * ROWS / scanSeconds(cluster));
    if (ours != null) {
      found.add(
          BenchRow.of(what, ours, "rows/s")
              .against("bare consumer of the same records", bare, "no figure"));
    }
  }

  private static double resultsPerSecond(SluiceClient client, String jobId)
      throws SluiceException, IOException {
    var lines = new CountingLines();
    long begunNanos = System.nanoTime();
    client.results(jobId, ResultFormat.NDJSON, lines);
    double seconds = (System.nanoTime() - begunNanos) / 1e9;
    if (lines.count != ROWS) {
      throw new IllegalStateException(lines.count + " rows were answered, and not " + ROWS);
    }
    return ROWS / seconds;
  }

  private static double scanSeconds(BenchCluster cluster) {
    var partitions =
        IntStream.range(0, Topic.RESULTS.partitions())
            .mapToObj(p -> new TopicPartition(Topic.RESULTS.topicName(), p))
            .toList();
    try (var consumer = new KafkaConsumer<String, ByteBuffer>(cluster.kafka().uncommittedScan())) {
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      var ends = consumer.endOffsets(partitions);
      long begunNanos = System.nanoTime();
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        var _ = consumer.poll(POLL);
        if (System.nanoTime() - begunNanos > READ_MAX.toNanos()) {
          throw new IllegalStateException("the results can't be read in time");
        }
      }
      return (System.nanoTime() - begunNanos) / 1e9;
    }
  }

  private static final class CountingLines extends OutputStream {
    private int count;

    @Override
    public void write(int b) {
      count += b == '\n' ? 1 : 0;
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
      for (int i = from; i < from + length; i++) {
        count += bytes[i] == '\n' ? 1 : 0;
      }
    }
  }
}
