package dev.sluice.worker;

import dev.sluice.platform.cluster.Topics;
import dev.sluice.platform.config.ConfigProblem;
import dev.sluice.platform.process.ServiceOutput;
import dev.sluice.platform.process.StopDeadline;
import dev.sluice.platform.process.Trouble;
import dev.sluice.worker.accelerator.Accelerator;
import dev.sluice.worker.natives.NativesUnavailable;
import dev.sluice.worker.report.LaneClaim;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
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
    description = "Runs a worker: it takes tasks of one lane and computes them.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:its standard input has ended, and it was told to end with that",
      "1:it could not go on; its log says why",
      "2:a setting is wrong, or the lane is for another accelerator",
      "4:the brokers can't be reached or can't serve, topics have changed, or no coordinator"
          + " answers",
      "143:it was told to stop"
    })
public final class WorkerCommand implements Callable<Integer> {

  private static final Logger LOG = LoggerFactory.getLogger(WorkerCommand.class);

  private static final int STOPPED = 0;

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
      description =
          "Worker id, of one process at a time; where none is given, made of lane, host, process id"
              + " and random digits.")
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

  @Option(names = "--json", description = "Print what runs, or what is wrong, as a JSON document.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    var commandLine = spec.commandLine();
    var output = new ServiceOutput(commandLine.getOut(), commandLine.getErr(), json);
    try {
      return run(config(), output);
    } catch (ConfigProblem e) {
      output.error(e);
      return BAD_USAGE;
    } catch (Topics.TopicsUnavailable e) {
      output.error(Trouble.NOT_STARTED, String.valueOf(e.getMessage()), e.problems());
      return UNREACHABLE;
    } catch (LaneClaim.LaneUnconfirmed e) {
      output.error(Trouble.NOT_STARTED, String.valueOf(e.getMessage()));
      return UNREACHABLE;
    } catch (KafkaException e) {
      output.unreachable(bootstrapServers, e);
      return UNREACHABLE;
    } catch (NativesUnavailable e) {
      output.error(Trouble.NOT_STARTED, String.valueOf(e.getMessage()));
      return FAILED;
    }
  }

  private int run(WorkerConfig config, ServiceOutput output) throws InterruptedException {
    try (var worker = Worker.start(config)) {
      // Kafka's clients, too, have threads in which memory may run out.
      Thread.setDefaultUncaughtExceptionHandler(worker::failed);
      var longest = config.stopMax();
      StopDeadline.onExit(() -> stop(worker), longest);
      if (exitWithStdin) {
        Thread.ofPlatform()
            .name("stdin")
            .daemon()
            .start(() -> closeAtEnd(System.in, worker, longest));
      }
      output.running(document(worker, config));
      return switch (worker.awaitEnd()) {
        case null -> StopDeadline.exitCode(STOPPED);
        case Topics.TopicsUnavailable unfit -> throw unfit;
        default -> FAILED;
      };
    }
  }

  /**
   * Ends at once where the task in hand is not done: it would go on while the JVM's shutdown closes
   * the libraries that it computes with.
   */
  private static void stop(Worker worker) {
    worker.close();
    if (worker.computes()) {
      Runtime.getRuntime().halt(StopDeadline.exitCode(STOPPED));
    }
  }

  private static Map<String, Object> document(Worker worker, WorkerConfig config) {
    var document = new LinkedHashMap<String, Object>();
    document.put("worker", worker.id());
    document.put("lane", config.lane());
    document.put("accelerator", config.accelerator());
    document.put("modelled", Accelerator.of(config.model()).modelled());
    document.put("bootstrapServers", config.bootstrapServers());
    document.put("pid", ProcessHandle.current().pid());
    return document;
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

  private static void closeAtEnd(InputStream in, Worker worker, Duration longest) {
    try {
      while (in.read() >= 0) {
        LOG.trace("Input is ignored.");
      }
    } catch (IOException e) {
      LOG.debug("The standard input is gone: {}", e.getMessage());
    }
    StopDeadline.keep(() -> stop(worker), longest);
  }
}
