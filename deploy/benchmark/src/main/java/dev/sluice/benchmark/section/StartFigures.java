package dev.sluice.benchmark.section;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.benchmark.bare.BareClient;
import dev.sluice.benchmark.process.HttpTimes;
import dev.sluice.benchmark.process.TimedProcess;
import dev.sluice.benchmark.report.BenchRow;
import dev.sluice.platform.process.ClassArchive;
import dev.sluice.producer.client.SluiceClient;
import dev.sluice.producer.client.SluiceException;
import dev.sluice.schemas.topics.Topic;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How long processes take until they do their work, and what a quickstart takes beside its work.
 */
final class StartFigures implements BenchSection {
  private static final Pattern BROKER = Pattern.compile("The broker answers at (\\S+)\\.$");
  private static final Pattern TAKEN_OVER = Pattern.compile("Ledger partition \\d+ taken over");
  private static final Pattern ANSWERS = Pattern.compile("The producer answers at (\\S+)\\.$");
  private static final Pattern CLIENT = Pattern.compile(Pattern.quote(BareClient.READY));
  private static final String HEAP = "512m";
  private static final Duration START_MAX = Duration.ofSeconds(60);
  private static final Duration QUICKSTART_MAX = Duration.ofMinutes(4);
  private static final long POLL_MS = 20;
  private static final String LIMIT = "bare JVM with one answer of the broker";
  private static final String WITHOUT = "the same without an archive of classes";

  @Override
  public String name() {
    return "start";
  }

  @Override
  public String title() {
    return "from the start of a process until it does its work, and a whole quickstart";
  }

  @Override
  public void run(BenchContext context, Found found) throws InterruptedException {
    context.release();
    var scratch = context.directory().resolve("tmp");
    var _ =
        found.attempt(
            "starts",
            () -> {
              try (var broker =
                  TimedProcess.start(
                      scratch,
                      HEAP,
                      List.of("broker", context.directory().resolve("broker").toString()))) {
                var at = broker.await(BROKER, 1, START_MAX).found().group(1);
                starts(scratch, at, found);
                return at;
              }
            });
    var ran = found.attempt("quickstart", () -> quickstart(context));
    if (ran != null) {
      found.add(overhead(ran));
    }
  }

  /** Seconds from the starts of processes until each does its work. */
  record Ready(double coordinator, double producer, double worker) {}

  private static void starts(Path scratch, String broker, Found found)
      throws IOException, SluiceException, InterruptedException {
    // The first start makes the topics, which neither of the others should have to.
    ready(scratch, broker, true);
    double bare;
    try (var client = TimedProcess.start(scratch, HEAP, List.of("client", broker))) {
      bare = client.await(CLIENT, 1, START_MAX).nanos() / 1e9;
    }
    var with = ready(scratch, broker, true);
    var without = ClassArchive.options().isEmpty() ? null : ready(scratch, broker, false);
    rows(with, without, bare).forEach(found::add);
  }

  /**
   * The rows of three processes.
   *
   * @param with started as the launcher does
   * @param without the same without an archive of classes; null where there is no archive
   * @param bare seconds of a JVM that only asks the broker once
   */
  static List<BenchRow> rows(Ready with, @Nullable Ready without, double bare) {
    return List.of(
        row(
            "coordinator, until it has the ledger",
            with.coordinator,
            without == null ? null : without.coordinator,
            bare),
        row(
            "producer, until it lists jobs",
            with.producer,
            without == null ? null : without.producer,
            bare),
        row(
            "worker, until the producer lists it",
            with.worker,
            without == null ? null : without.worker,
            bare));
  }

  private static BenchRow row(String what, double with, @Nullable Double without, double bare) {
    return BenchRow.of(what, with, "s")
        .against(LIMIT, bare)
        .against(WITHOUT, without, "there is no archive: these were without");
  }

  private static Ready ready(Path scratch, String broker, boolean archive)
      throws IOException, SluiceException, InterruptedException {
    try (var coordinator = start(scratch, archive, "coordinator", broker)) {
      long ledger = coordinator.await(TAKEN_OVER, Topic.JOBS.partitions(), START_MAX).nanos();
      try (var producer = start(scratch, archive, "producer", broker, "--port", "0")) {
        var server = URI.create(producer.await(ANSWERS, 1, START_MAX).found().group(1));
        HttpTimes.awaitOk(server.resolve("/v1/jobs"), START_MAX);
        long lists = producer.sinceStart();
        try (var client = new SluiceClient(server);
            var worker = start(scratch, archive, "worker", broker, "--lane", "cpu")) {
          var never = new CountDownLatch(1);
          while (client.fleet().isEmpty()) {
            if (worker.sinceStart() > START_MAX.toNanos()) {
              throw new IllegalStateException("nothing is heard of the worker");
            }
            var _ = never.await(POLL_MS, TimeUnit.MILLISECONDS);
          }
          return new Ready(ledger / 1e9, lists / 1e9, worker.sinceStart() / 1e9);
        }
      }
    }
  }

  private static TimedProcess start(
      Path scratch, boolean archive, String command, String broker, String... options)
      throws IOException {
    var arguments = new ArrayList<>(List.of(command, "--bootstrap-servers", broker));
    arguments.addAll(List.of(options));
    return TimedProcess.sluice(scratch, archive, arguments);
  }

  private static JsonNode quickstart(BenchContext context)
      throws IOException, InterruptedException {
    var command = List.of(context.launcher().toString(), "quickstart", "--json");
    var builder =
        new ProcessBuilder(command)
            .redirectError(context.directory().resolve("quickstart.log").toFile())
            .redirectOutput(context.directory().resolve("quickstart.json").toFile());
    builder.environment().put("SLUICE_BUILD", "never");
    var process = builder.start();
    try {
      if (!process.waitFor(QUICKSTART_MAX.toSeconds(), TimeUnit.SECONDS)
          || process.exitValue() != 0) {
        throw new IllegalStateException("the quickstart did not succeed in time");
      }
      return new ObjectMapper().readTree(context.directory().resolve("quickstart.json").toFile());
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /** The time of its steps and of its engines' answers is work; all else is overhead. */
  static BenchRow overhead(JsonNode summary) {
    double work = summary.path("stepSeconds").asDouble();
    for (var device : summary.path("rehearsal").path("devices")) {
      if (!device.path("job").asText().equals("training")) {
        work += device.path("measuredSeconds").asDouble();
      }
    }
    return BenchRow.of("quickstart, whole", summary.path("totalSeconds").asDouble(), "s")
        .against("its training steps and its engines' answers", work)
        .noted("of which start: " + summary.path("startSeconds").asDouble() + " s");
  }
}
