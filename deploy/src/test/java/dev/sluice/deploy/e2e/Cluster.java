package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.deploy.Sluice;
import dev.sluice.deploy.standalone.LaneWorkers;
import dev.sluice.deploy.standalone.Standalone;
import dev.sluice.deploy.standalone.StandaloneOptions;
import dev.sluice.producer.api.ApiJson;
import dev.sluice.producer.api.JobView;
import dev.sluice.producer.client.SluiceClient;
import dev.sluice.producer.client.SluiceClient.ResultFormat;
import dev.sluice.producer.client.SluiceException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A standalone cluster for tests: one for all of them, because its start takes seconds. A test says
 * how many workers it wants, and leaves jobs in terminal states.
 */
final class Cluster implements AutoCloseable, Standalone.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

  static final Duration READY_MAX = Duration.ofSeconds(60);
  static final Duration JOB_MAX = Duration.ofMinutes(2);

  /** Long enough to be seen, and short enough to be waited for. */
  private static final String SCHEMA_WAIT_MS = "5000";

  /** The module's folder, as surefire and failsafe give it. */
  static final Path DEPLOY = Path.of(System.getProperty("basedir", "")).toAbsolutePath();

  private final Standalone standalone;
  private final Standalone.Running running;
  private final SluiceClient client;
  private final Queue<Said> said = new ConcurrentLinkedQueue<>();

  private Cluster(StandaloneOptions options) {
    standalone = new Standalone(options.withProducer(Map.of("lag-sample-ms", "200")), this);
    try {
      running = standalone.start();
    } catch (SluiceException | RuntimeException e) {
      standalone.close();
      throw new IllegalStateException("the cluster does not start", e);
    }
    client = new SluiceClient(running.server());
  }

  /** Another cluster, for a test that would leave traces; the test closes it. */
  static Cluster ofItsOwn() {
    return ofItsOwn(
        StandaloneOptions.temporary(0).withCoordinator(Map.of("schema-wait-ms", SCHEMA_WAIT_MS)));
  }

  /** Another cluster that is not like the others. */
  static Cluster ofItsOwn(StandaloneOptions options) {
    return new Cluster(options);
  }

  /** Gives tests the cluster, and ends it after the last one. */
  static final class Provider implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == Cluster.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(ExtensionContext.Namespace.create(Cluster.class))
          .computeIfAbsent(Cluster.class, key -> ofItsOwn(), Cluster.class);
    }
  }

  /** What a command of {@code sluice} did. */
  record Ran(int exitCode, String out, String err) {
    JsonNode json() throws IOException {
      return ApiJson.MAPPER.readTree(out);
    }
  }

  /** What a worker printed, and when. */
  record Said(int worker, long nanos, String line) {}

  /** Everything that workers have printed. */
  Collection<Said> said() {
    return said;
  }

  SluiceClient client() {
    return client;
  }

  String bootstrapServers() {
    return running.bootstrapServers();
  }

  URI server() {
    return running.server();
  }

  /** Makes it n workers that are ready. */
  void workers(int n) throws SluiceException, InterruptedException {
    var fleet = running.workers();
    var numbers = new ArrayList<>(fleet.pids().keySet());
    while (numbers.size() > n) {
      fleet.stop(numbers.removeLast());
    }
    fleet.start(
        new LaneWorkers(StandaloneOptions.LANE, StandaloneOptions.ACCELERATOR, n - numbers.size()));
    Standalone.awaitWorkers(running, n, READY_MAX);
  }

  /** Starts one more worker and does not wait for it; returns its number. */
  int addWorker() {
    return running.workers().add(StandaloneOptions.LANE, StandaloneOptions.ACCELERATOR);
  }

  /** Asks workers to leave, all of them before any has; returns when they have. */
  void leave(Collection<Integer> numbers) throws InterruptedException {
    var leaving =
        numbers.stream()
            .map(number -> Thread.ofPlatform().start(() -> running.workers().stop(number)))
            .toList();
    for (var each : leaving) {
      each.join();
    }
  }

  /** Process ids by the number of the worker. */
  Map<Integer, Long> workers() {
    return running.workers().pids();
  }

  /** Starts a worker of another lane and does not wait for it. */
  void addWorker(String lane, String accelerator) {
    running.workers().add(lane, accelerator);
  }

  /** Ids of the worker processes. */
  Collection<Long> workerPids() {
    return running.workers().pids().values();
  }

  /** Ends one worker as {@code kill -9} does; returns its process id. */
  long killWorker() {
    var victim = running.workers().pids().entrySet().iterator().next();
    running.workers().kill(victim.getKey());
    return victim.getValue();
  }

  /** Ends a lane's workers as {@code kill -9} does. */
  void killWorkers(String lane) {
    var fleet = running.workers();
    var pids = fleet.pids(lane);
    fleet
        .pids()
        .forEach(
            (number, pid) -> {
              if (pids.contains(pid)) {
                fleet.kill(number);
              }
            });
  }

  /** Workers that are stopped until this is closed; those that were killed meanwhile stay so. */
  interface Pause extends AutoCloseable {
    @Override
    void close() throws IOException;
  }

  /** Stops every worker process where it is, as SIGSTOP does. */
  Pause pauseWorkers() throws IOException {
    return pause(workerPids());
  }

  /** Stops worker processes where they are. */
  Pause pause(Collection<Long> which) throws IOException {
    var pids = List.copyOf(which);
    signal("-STOP", pids);
    return () -> {
      var alive = List.copyOf(workerPids());
      signal("-CONT", pids.stream().filter(alive::contains).toList());
    };
  }

  static void signal(String signal, List<Long> pids) throws IOException {
    for (long pid : pids) {
      var kill = new ProcessBuilder("kill", signal, String.valueOf(pid)).inheritIO().start();
      assertThat(kill.onExit().join().exitValue()).as("kill %s %d", signal, pid).isZero();
    }
  }

  void restartCoordinator() {
    running.restartCoordinator();
  }

  /** Runs a command of {@code sluice} against this cluster. */
  Ran sluice(String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    var all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--server", server().toString()));
    int code =
        Sluice.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(all.toArray(String[]::new));
    return new Ran(code, out.toString(), err.toString());
  }

  /** Waits until a job is as wanted, and fails where it ends without having been so. */
  JobView until(String jobId, Predicate<JobView> wanted, String what) throws SluiceException {
    var seen = new ArrayList<JobView>(1);
    try {
      client.await(
          jobId,
          JOB_MAX,
          job -> {
            if (wanted.test(job)) {
              seen.add(job);
              throw new Seen();
            }
          });
    } catch (Seen e) {
      return seen.getFirst();
    }
    throw new AssertionError(jobId + " ended without being " + what + ": " + client.job(jobId));
  }

  /** Waits for a condition, within a bound. */
  void eventually(String what, Eventually.Condition condition) throws Exception {
    Eventually.holds(what, READY_MAX, condition);
  }

  /** What must be there. */
  static <T> T present(@Nullable T part) {
    if (part == null) {
      throw new AssertionError("a part that must be there is null");
    }
    return part;
  }

  /** Waits for a job's outcome, which must be success. */
  JobView succeeded(String jobId) throws SluiceException {
    var job = client.await(jobId, JOB_MAX, state -> {});
    assertThat(job.status()).as("%s: %s", jobId, job.cause()).isEqualTo("succeeded");
    return job;
  }

  /** Waits for a job's outcome, which must be failure. */
  JobView failed(String jobId) throws SluiceException {
    var job = client.await(jobId, JOB_MAX, state -> {});
    assertThat(job.status()).as(jobId).isEqualTo("failed");
    return job;
  }

  /** The answers of an inference job, one object a row. */
  List<JsonNode> results(String jobId) throws SluiceException, IOException {
    return results(client, jobId);
  }

  static List<JsonNode> results(SluiceClient client, String jobId)
      throws SluiceException, IOException {
    var out = new ByteArrayOutputStream();
    client.results(jobId, ResultFormat.NDJSON, out);
    try (var rows =
        ApiJson.MAPPER.readerFor(JsonNode.class).<JsonNode>readValues(out.toByteArray())) {
      return rows.readAll();
    }
  }

  @Override
  public void started(String part, String where, Duration took) {
    LOG.info("{} is up after {} ms: {}", part, took.toMillis(), where);
  }

  @Override
  public void line(int worker, String line) {
    said.add(new Said(worker, System.nanoTime(), line));
    LOG.info("worker {} | {}", worker, line);
  }

  @Override
  public void ended(int worker, long pid, String how) {
    LOG.info("worker {} (pid {}) {}", worker, pid, how);
  }

  @Override
  public void takesTime(String what) {
    LOG.info("{}", what);
  }

  @Override
  public void gaveUp(String why) {
    LOG.error("the cluster can't go on: {}", why);
  }

  @Override
  public void close() {
    client.close();
    standalone.close();
  }

  /** Ends a wait whose condition has come. */
  private static final class Seen extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Seen() {
      super("seen", null, false, false);
    }
  }
}
