package dev.sluice.benchmark.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.producer.client.SluiceClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;

/** A cluster as a user starts it: {@code deploy/sluice up}, with its own JVMs and settings. */
public final class BenchCluster implements AutoCloseable {
  private static final Duration START_MAX = Duration.ofMinutes(2);

  /** What {@code up} promises, and some. */
  private static final Duration STOP_MAX = Duration.ofSeconds(50);

  private static final int LOG_CHARS_MAX = 1_000;

  /**
   * {@code up} does not end with its standard input. What runs it here tells it to stop when the
   * input ends, and ends when it does.
   */
  private static final String TETHER =
      """
      exec 3<&0
      "$@" </dev/null 3<&- &
      it=$!
      (cat <&3 >/dev/null; kill "$it") >/dev/null 2>&1 &
      guard=$!
      wait "$it"; code=$?
      kill "$guard" 2>/dev/null
      exit "$code"
      """;

  private final Process process;
  private final JsonNode running;
  private final SluiceClient client;

  private BenchCluster(Process process, JsonNode running) {
    this.process = process;
    this.running = running;
    this.client = new SluiceClient(server());
  }

  /**
   * Starts one, until its workers are ready.
   *
   * @param launcher {@code deploy/sluice}
   * @param directory for its data and log; made here
   * @param options of {@code up}, beside ports and data
   * @throws IllegalStateException where it does not start, with what it said
   */
  public static BenchCluster start(Path launcher, Path directory, List<String> options)
      throws IOException, InterruptedException {
    Files.createDirectories(directory);
    var log = directory.resolve("up.log");
    var command = new ArrayList<>(List.of("bash", "-c", TETHER, "bench", launcher.toString()));
    command.addAll(List.of("up", "--json", "--port", "0"));
    command.addAll(List.of("--data", directory.resolve("data").toString()));
    command.addAll(options);
    var builder = new ProcessBuilder(command).redirectError(log.toFile());
    builder.environment().put("SLUICE_BUILD", "never");
    var process = builder.start();
    try {
      var document = CompletableFuture.supplyAsync(() -> document(process));
      var running = document.get(START_MAX.toSeconds(), TimeUnit.SECONDS);
      if (running.path("server").isMissingNode()) {
        throw new IllegalStateException("the cluster does not start: " + end(log));
      }
      return new BenchCluster(process, running);
    } catch (ExecutionException | TimeoutException e) {
      stop(process);
      throw new IllegalStateException("the cluster does not start: " + end(log), e);
    } catch (RuntimeException | InterruptedException e) {
      stop(process);
      throw e;
    }
  }

  private static JsonNode document(Process process) {
    try {
      return new ObjectMapper().readTree(process.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String end(Path log) throws IOException {
    var text = Files.readString(log);
    return text.substring(Math.max(0, text.length() - LOG_CHARS_MAX)).strip();
  }

  /** A client of its HTTP API. */
  public SluiceClient client() {
    return client;
  }

  /** Where its HTTP API is. */
  public URI server() {
    return URI.create(running.required("server").asText());
  }

  /** How its broker is reached. */
  public KafkaSettings kafka() {
    return KafkaSettings.of(bootstrapServers());
  }

  /** Its broker. */
  public String bootstrapServers() {
    return running.required("bootstrapServers").asText();
  }

  /** Seconds of processor time that broker, services and workers have taken so far. */
  public double cpuSeconds() {
    var workers = running.required("workerPids");
    return LongStream.concat(
            LongStream.of(running.required("pid").asLong()),
            StreamSupport.stream(workers.spliterator(), false).mapToLong(JsonNode::asLong))
        .mapToObj(ProcessHandle::of)
        .flatMap(Optional::stream)
        .map(handle -> handle.info().totalCpuDuration().orElse(Duration.ZERO))
        .mapToDouble(taken -> taken.toNanos() / 1e9)
        .sum();
  }

  /** Tells it to stop, and waits for that. */
  @Override
  public void close() {
    client.close();
    stop(process);
  }

  private static void stop(Process process) {
    var all = process.descendants().toList();
    boolean ended = false;
    try {
      process.getOutputStream().close();
      ended = process.waitFor(STOP_MAX.toSeconds(), TimeUnit.SECONDS);
    } catch (IOException e) {
      // It had ended by itself.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!ended) {
      all.forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
