package dev.sluice.deploy.standalone;

import dev.sluice.platform.process.ServiceOutput;
import dev.sluice.platform.process.Trouble;
import dev.sluice.producer.cli.ExitCode;
import dev.sluice.producer.client.SluiceException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a standalone cluster until it is told to stop. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    description = {
      "Run a whole cluster on this machine until Ctrl-C.",
      "An embedded Kafka broker, the coordinator, the producer with its HTTP API and dashboard, and"
          + " worker processes. Everything listens on the loopback interface only. It says that it"
          + " is up once its workers are, and until then what it waits for."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "1:it can't run",
      "2:the command line or a setting is wrong, or a port or the data directory is in use",
      "4:its own parts do not reach each other",
      "130:it was told to stop by Ctrl-C",
      "143:it was told to stop by SIGTERM"
    })
public final class UpCommand implements Callable<Integer> {
  private static final int DEFAULT_PORT = 8642;

  @Spec private CommandSpec spec;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Worker processes, 0 to " + WorkerFleet.WORKERS_MAX + ".",
      defaultValue = "2")
  private int workers;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Directory that keeps topics, jobs and models; without it everything is gone at the end.")
  private @Nullable Path data;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Port of the HTTP API; 0 takes a free one.",
      defaultValue = "" + DEFAULT_PORT)
  private int port;

  @Option(
      names = "--kafka-port",
      paramLabel = "PORT",
      description = "Port of the broker; 0 takes a free one.",
      defaultValue = "0")
  private int kafkaPort;

  @Option(
      names = "--lane",
      paramLabel = "LANE",
      description = "Lane that the workers serve.",
      defaultValue = StandaloneOptions.LANE)
  private String lane;

  @Option(
      names = "--accelerator",
      paramLabel = "MODEL",
      description = "Accelerator model of that lane, as in the catalogue.",
      defaultValue = StandaloneOptions.ACCELERATOR)
  private String accelerator;

  @Option(
      names = "--also",
      paramLabel = "LANE=MODEL[:N]",
      description =
          "Another lane, its accelerator model and its workers, one where no number is given. May"
              + " be repeated: --also gpu=nvidia-h100-sxm:2 --also npu=rbln-atom. What is not the"
              + " host's processor is modelled on it.")
  private List<String> also = new ArrayList<>();

  @Option(
      names = "--restart-workers",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Start a worker again that ends unasked, after a pause of 1 to 30 seconds.")
  private boolean restartWorkers;

  @Option(
      names = "--set-coordinator",
      paramLabel = "NAME=VALUE",
      description = "A setting of the coordinator; `sluice settings` lists them. May be repeated.")
  private Map<String, String> coordinator = new TreeMap<>();

  @Option(
      names = "--set-producer",
      paramLabel = "NAME=VALUE",
      description = "A setting of the producer. May be repeated.")
  private Map<String, String> producer = new TreeMap<>();

  @Option(
      names = "--set-worker",
      paramLabel = "NAME=VALUE",
      description = "A setting of the workers. May be repeated.")
  private Map<String, String> worker = new TreeMap<>();

  @Option(names = "--json", description = "Print where everything is as one JSON document.")
  private boolean json;

  @Option(names = "--debug", description = "Print stack traces.")
  private boolean debug;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    if (workers < 0 || workers > WorkerFleet.WORKERS_MAX) {
      output()
          .error(
              Trouble.BAD_INPUT,
              String.format(
                  Locale.ROOT, "--workers is %d; give 0 to %d.", workers, WorkerFleet.WORKERS_MAX));
      return ExitCode.BAD_INPUT.code();
    }
    var lanes = lanes();
    if (lanes.isEmpty()) {
      return ExitCode.BAD_INPUT.code();
    }
    var cluster = new Standalone(options(lanes.get()), new Lines(err));
    StopOnExit.of(cluster, err);
    try (cluster) {
      return run(cluster, err);
    }
  }

  private int run(Standalone cluster, PrintWriter err) throws InterruptedException {
    try {
      var running = cluster.start();
      cluster.awaitAllWorkers(running);
      if (!cluster.closing()) {
        report(running);
      }
      cluster.awaitClosed();
      return ExitCode.OK.code();
    } catch (RuntimeException | SluiceException e) {
      return fail(cluster, e, err);
    }
  }

  /** The lanes asked for; empty, with a word about it, where one is malformed. */
  private Optional<List<LaneWorkers>> lanes() {
    var lanes = new ArrayList<LaneWorkers>();
    lanes.add(new LaneWorkers(lane, accelerator, workers));
    for (var text : also) {
      var parsed = LaneWorkers.parse(text);
      if (parsed.isEmpty()) {
        output()
            .error(
                Trouble.BAD_INPUT,
                "--also is '" + text + "'; give LANE=MODEL or LANE=MODEL:WORKERS.");
        return Optional.empty();
      }
      lanes.add(parsed.get());
    }
    return Optional.of(lanes);
  }

  private StandaloneOptions options(List<LaneWorkers> lanes) {
    return new StandaloneOptions(
        data,
        kafkaPort,
        port,
        restartWorkers ? Restart.ALL : Restart.NONE,
        lanes,
        coordinator,
        producer,
        worker);
  }

  private void report(Standalone.Running running) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      output().running(document(running));
    } else {
      out.printf("Sluice is up. Ctrl-C stops it.%n");
      out.printf("  dashboard and HTTP API  %s%n", running.server());
      out.printf("  bootstrap servers       %s%n", running.bootstrapServers());
      out.printf("  data                    %s%n", dataText(running));
      out.printf("  workers                 %s%n", running.workers().pids().values());
      if (port != DEFAULT_PORT) {
        out.printf("  for client commands     export SLUICE_SERVER=%s%n", running.server());
      }
    }
    out.flush();
  }

  private String dataText(Standalone.Running running) {
    return running.data() + (data == null ? " (removed at the end)" : "");
  }

  private ServiceOutput output() {
    return new ServiceOutput(spec.commandLine().getOut(), spec.commandLine().getErr(), json);
  }

  private static Map<String, Object> document(Standalone.Running running) {
    var document = new LinkedHashMap<String, Object>();
    document.put("server", running.server().toString());
    document.put("bootstrapServers", running.bootstrapServers());
    document.put("data", running.data().toString());
    document.put("pid", ProcessHandle.current().pid());
    document.put("workerPids", running.workers().pids().values());
    return document;
  }

  /** What came after the call to stop is a consequence of it, and no failure. */
  private int fail(Standalone cluster, Exception failure, PrintWriter err)
      throws InterruptedException {
    if (cluster.closing()) {
      cluster.awaitClosed();
      return ExitCode.OK.code();
    }
    ExitCode code = StartFailures.exitCode(failure);
    if (debug || code == null) {
      failure.printStackTrace(err);
    }
    StartFailures.say(failure, output());
    return code == null ? ExitCode.JOB_FAILED.code() : code.code();
  }

  /** News as lines of text. */
  private record Lines(PrintWriter err) implements Standalone.Listener {
    @Override
    public void started(String part, String where, Duration took) {
      print(String.format(Locale.ROOT, "%-12s %s (%.1f s)", part, where, took.toMillis() / 1000.0));
    }

    @Override
    public void takesTime(String what) {
      print(what);
    }

    @Override
    public void gaveUp(String why) {
      print("error: " + why);
    }

    @Override
    public void line(int worker, String line) {
      print("worker " + worker + " | " + line);
    }

    @Override
    public void ended(int worker, long pid, String how) {
      print("worker " + worker + " (pid " + pid + ") " + how);
    }

    private synchronized void print(String text) {
      err.println(text);
      err.flush();
    }
  }
}
