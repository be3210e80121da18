package dev.sluice.worker;

import dev.sluice.schemas.config.ConfigProblem;
import dev.sluice.schemas.topics.Topics;
import dev.sluice.worker.ledger.LaneClaim;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a worker until it is stopped. */
@Command(
    name = "worker",
    mixinStandardHelpOptions = true,
    description = "Runs a worker: it takes tasks of one lane and computes them.")
public final class WorkerCommand implements Callable<Integer> {

  private static final Logger LOG = LoggerFactory.getLogger(WorkerCommand.class);

  private static final int STOPPED = 0;

  /** Longest stop, the task in hand included. */
  private static final long STOP_SECONDS_MAX = 15;

  private static final int FAILED = 1;
  private static final int BAD_USAGE = 2;
  private static final int UNREACHABLE = 4;

  // picocli sets it before the command runs.
  @SuppressWarnings("NullAway.Init")
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--bootstrap-servers",
      required = true,
      paramLabel = "HOST:PORT",
      description = "Brokers, comma-separated.")
  private String bootstrapServers = "";

  @Option(
      names = "--lane",
      required = true,
      paramLabel = "LANE",
      description = "Lane whose tasks it takes.")
  private String lane = "";

  @Option(
      names = "--accelerator",
      paramLabel = "MODEL",
      description = "Accelerator model as in the catalogue; host-cpu where none is given.")
  private @Nullable String accelerator;

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "Worker id; made of lane, host and process id where none is given.")
  private @Nullable String id;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "A setting from the table in README.md; may be given several times.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--exit-with-stdin",
      description = "Stop when the standard input ends: with whoever started this process.")
  private boolean exitWithStdin;

  @Override
  public Integer call() throws InterruptedException {
    var err = spec.commandLine().getErr();
    try (var worker = Worker.start(config())) {
      // Kafka's clients, too, have threads in which memory may run out.
      Thread.setDefaultUncaughtExceptionHandler(worker::failed);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(worker), "stop"));
      if (exitWithStdin) {
        Thread.ofPlatform().name("stdin").daemon().start(() -> closeAtEnd(System.in, worker));
      }
      return worker.awaitEnd() == null ? STOPPED : FAILED;
    } catch (ConfigProblem e) {
      err.println(e.getMessage());
      return BAD_USAGE;
    } catch (Topics.TopicsUnavailable | LaneClaim.LaneUnconfirmed e) {
      err.println(e.getMessage());
      return UNREACHABLE;
    } catch (KafkaException e) {
      err.println(
          "The brokers at "
              + bootstrapServers
              + " can't be used: "
              + e.getMessage()
              + ". Check that they run and that --bootstrap-servers is right.");
      return UNREACHABLE;
    }
  }

  private WorkerConfig config() {
    var given = new LinkedHashMap<>(settings);
    given.put("bootstrap-servers", bootstrapServers);
    given.put("lane", lane);
    if (accelerator != null) {
      given.put("accelerator", accelerator);
    }
    if (id != null) {
      given.put("id", id);
    }
    return WorkerConfig.of(given);
  }

  private static void closeAtEnd(InputStream in, Worker worker) {
    try {
      while (in.read() >= 0) {
        LOG.trace("Input is ignored.");
      }
    } catch (IOException e) {
      LOG.debug("The standard input is gone: {}", e.getMessage());
    }
    stop(worker);
  }

  /** Leaves; brokers that are gone too can't hold the process up. */
  private static void stop(Worker worker) {
    var left = new CountDownLatch(1);
    Thread.ofPlatform().daemon().name("stop-deadline").start(() -> haltUnless(left));
    worker.close();
    left.countDown();
  }

  private static void haltUnless(CountDownLatch left) {
    try {
      if (!left.await(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
        Runtime.getRuntime().halt(FAILED);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
