package dev.sluice.deploy.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.deploy.broker.EmbeddedBroker;
import dev.sluice.producer.api.JobView;
import dev.sluice.producer.client.SluiceClient;
import dev.sluice.producer.client.SluiceException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A cluster whose every part is a process of its own, except for the broker, which is in the test's
 * and can be stopped and started on the same port and directory. Each part has a name, by which it
 * is stopped and started again.
 */
final class OwnCluster implements AutoCloseable {
  private static final Pattern RUNS = Pattern.compile("\"(pid|uri)\" *:");
  private static final Pattern ADDRESS = Pattern.compile("\"uri\" *: *\"([^\"]+)\"");

  /** For a job through restarts. */
  private static final Duration JOB_MAX = Duration.ofMinutes(5);

  private final Path data;
  private final Map<String, List<String>> commands = new LinkedHashMap<>();
  private final Map<String, OwnProcess> parts = new HashMap<>();
  private EmbeddedBroker broker;
  private SluiceClient client;

  private OwnCluster(Path data, String... producerSettings) throws Exception {
    this.data = data;
    broker = EmbeddedBroker.start(data);
    var producer = new ArrayList<>(List.of("producer", "--port", "0"));
    addSettings(producer, producerSettings);
    begin("producer", producer.toArray(String[]::new));
    awaitRunning();
    var address = part("producer").found(ADDRESS).getFirst().group(1);
    producer.set(2, String.valueOf(URI.create(address).getPort()));
    commands.put("producer", command(producer.toArray(String[]::new)));
    client = new SluiceClient(URI.create(address));
  }

  /** A broker and a producer; whatever else there is to be, the test starts. */
  static OwnCluster in(Path data, String... producerSettings) throws Exception {
    return new OwnCluster(data, producerSettings);
  }

  private static void addSettings(List<String> command, String... settings) {
    for (var setting : settings) {
      command.addAll(List.of("--set", setting));
    }
  }

  private void begin(String name, String... command) throws Exception {
    commands.put(name, command(command));
    begin(name);
  }

  private List<String> command(String... command) {
    var all = new ArrayList<>(List.of(command));
    all.addAll(List.of("--bootstrap-servers", broker.bootstrapServers(), "--json"));
    return all;
  }

  /** Starts a part again as it was started before, and returns when it says that it runs. */
  void start(String name) throws Exception {
    begin(name);
    awaitRunning(name);
  }

  private void begin(String name) throws Exception {
    parts.put(name, OwnProcess.start(name, commands.getOrDefault(name, List.of())));
  }

  /** Returns when every part says that it runs: their starts overlap, as each takes seconds. */
  void awaitRunning() throws Exception {
    for (var name : parts.keySet()) {
      awaitRunning(name);
    }
  }

  private void awaitRunning(String name) throws Exception {
    var process = part(name);
    Eventually.holds(
        name + " runs",
        Cluster.READY_MAX,
        () -> {
          if (!process.alive()) {
            throw new AssertionError(name + " has ended: " + process.lines());
          }
          return !process.found(RUNS).isEmpty();
        });
  }

  /** Starts a coordinator and does not wait for it. */
  void coordinator(String name) throws Exception {
    begin(name, "coordinator");
  }

  /** Starts a worker and does not wait for it; it waits for a coordinator. */
  void worker(String name, String... settings) throws Exception {
    var command = new ArrayList<>(List.of("worker", "--lane", "cpu"));
    command.addAll(List.of("--set", "start-ms-max=" + Cluster.READY_MAX.toMillis()));
    addSettings(command, settings);
    begin(name, command.toArray(String[]::new));
  }

  OwnProcess part(String name) {
    return Cluster.present(parts.get(name));
  }

  /** Stops the broker as an operator does; its data stays. */
  void stopBroker() {
    broker.close();
  }

  /** Starts the broker where it was. */
  void startBroker() {
    broker = EmbeddedBroker.start(data, broker.port());
  }

  String bootstrapServers() {
    return broker.bootstrapServers();
  }

  SluiceClient client() {
    return client;
  }

  /** Waits until a job is as wanted, through restarts of the producer and the broker. */
  JobView until(String jobId, String what, Predicate<JobView> wanted) throws Exception {
    var seen = new ArrayList<JobView>(1);
    Eventually.holds(
        jobId + " is " + what,
        JOB_MAX,
        () -> {
          JobView job;
          try {
            job = client.job(jobId);
          } catch (SluiceException e) {
            return false;
          }
          if (!wanted.test(job) && List.of("failed", "refused").contains(job.status())) {
            throw new AssertionError(jobId + " ended without being " + what + ": " + job);
          }
          seen.add(job);
          return wanted.test(job);
        });
    return seen.getLast();
  }

  JobView succeeded(String jobId) throws Exception {
    return until(jobId, "succeeded", job -> job.status().equals("succeeded"));
  }

  /** Waits until a file is not stored any more. */
  void eventuallyGone(String artifact) throws Exception {
    Eventually.holds(artifact + " is gone", JOB_MAX, () -> !client.has(artifact));
  }

  /** The answers of an inference job, one object a row. */
  List<JsonNode> results(String jobId) throws SluiceException, IOException {
    return Cluster.results(client, jobId);
  }

  @Override
  public void close() {
    client.close();
    parts.values().forEach(OwnProcess::close);
    broker.close();
  }
}
