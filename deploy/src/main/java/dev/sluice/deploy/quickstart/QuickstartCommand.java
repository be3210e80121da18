package dev.sluice.deploy.quickstart;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.deploy.standalone.Standalone;
import dev.sluice.deploy.standalone.StandaloneOptions;
import dev.sluice.deploy.standalone.StartFailures;
import dev.sluice.deploy.standalone.StopOnExit;
import dev.sluice.deploy.standalone.WorkerFleet;
import dev.sluice.platform.process.ServiceOutput;
import dev.sluice.platform.process.Trouble;
import dev.sluice.platform.terminal.Terminal;
import dev.sluice.producer.cli.ExitCode;
import dev.sluice.producer.client.SluiceException;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a model and uses it, on a cluster of its own. */
@Command(
    name = "quickstart",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    description = {
      "Train a model on a cluster of its own, use it, and say what came out.",
      "Starts a real Kafka broker, the coordinator, the producer and workers; trains on the UCI"
          + " optical digits, registers the model, and has it answer the held-out rows. Everything"
          + " is in a temporary directory and gone at the end."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all went well",
      "1:a job failed, or no worker is left",
      "2:the command line or a job file is wrong",
      "3:there is no JDK 25",
      "4:the cluster's parts do not reach each other",
      "5:it took longer than the bound"
    })
public final class QuickstartCommand implements Callable<Integer> {
  private static final int WORKERS_MIN = 1;

  /** A peak of lag must show although a step takes milliseconds. */
  private static final Map<String, String> PRODUCER = Map.of("lag-sample-ms", "200");

  @Spec private CommandSpec spec;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Worker processes, 1 to " + WorkerFleet.WORKERS_MAX + ".",
      defaultValue = "2")
  private int workers;

  @Option(names = "--keep", description = "Leave the cluster running at the end, until Ctrl-C.")
  private boolean keep;

  @Option(names = "--json", description = "Print the summary as one JSON document.")
  private boolean json;

  @Option(names = "--verbose", description = "Show what the workers print.")
  private boolean verbose;

  @Option(names = "--debug", description = "Print stack traces.")
  private boolean debug;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    if (workers < WORKERS_MIN || workers > WorkerFleet.WORKERS_MAX) {
      output()
          .error(
              Trouble.BAD_INPUT,
              String.format(
                  Locale.ROOT,
                  "--workers is %d; give %d to %d.",
                  workers,
                  WORKERS_MIN,
                  WorkerFleet.WORKERS_MAX));
      return ExitCode.BAD_INPUT.code();
    }
    var screen = Screen.of(err);
    var options =
        StandaloneOptions.temporary(workers)
            .withProducer(PRODUCER)
            .withLanes(Quickstart.lanes(workers));
    var cluster = new Standalone(options, new News(screen, verbose));
    StopOnExit.of(cluster, err);
    try (cluster) {
      return run(cluster, screen);
    }
  }

  private int run(Standalone cluster, Screen screen) throws InterruptedException {
    try {
      var files = JobFiles.besideLauncher();
      screen.line("");
      var outcome = new Quickstart(cluster, files, workers, screen).run();
      print(outcome.summary());
      if (keep) {
        explain(outcome.running(), screen);
        cluster.awaitClosed();
      }
      return ExitCode.OK.code();
    } catch (RuntimeException | SluiceException | IOException e) {
      return fail(cluster, e, screen);
    }
  }

  private ServiceOutput output() {
    return new ServiceOutput(spec.commandLine().getOut(), spec.commandLine().getErr(), json);
  }

  private void print(Summary summary) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      try {
        out.println(
            new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(summary));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("a summary is not JSON", e);
      }
    } else {
      out.println();
      out.print(SummaryText.of(summary, Terminal.outputColumns()));
      out.println();
    }
    out.flush();
  }

  private static void explain(Standalone.Running running, Screen screen) {
    screen.line(screen.bold("The cluster goes on running. Ctrl-C stops it and removes its data."));
    screen.line("   dashboard          " + running.server());
    screen.line("   bootstrap servers  " + running.bootstrapServers());
    screen.line("   data               " + running.data());
    running
        .workers()
        .pids()
        .forEach((number, pid) -> screen.line("   worker " + number + "           pid " + pid));
    screen.line("   commands           export SLUICE_SERVER=" + running.server());
    screen.line("                      deploy/sluice jobs");
    screen.line("   stop               kill " + ProcessHandle.current().pid());
  }

  /** What came after the call to stop is a consequence of it, and no failure. */
  private int fail(Standalone cluster, Exception failure, Screen screen)
      throws InterruptedException {
    if (cluster.closing()) {
      cluster.awaitClosed();
      return ExitCode.OK.code();
    }
    ExitCode code =
        switch (failure) {
          case QuickstartException e -> e.exitCode();
          case SluiceException.TimedOut e -> ExitCode.TIMED_OUT;
          case IOException e -> ExitCode.JOB_FAILED;
          default -> StartFailures.exitCode(failure);
        };
    if (debug || code == null) {
      failure.printStackTrace(spec.commandLine().getErr());
    }
    screen.endLive();
    switch (failure) {
      case QuickstartException e -> output().error(Trouble.FAILED, String.valueOf(e.getMessage()));
      default -> StartFailures.say(failure, output());
    }
    return code == null ? ExitCode.JOB_FAILED.code() : code.code();
  }

  /** The cluster's news on the screen. */
  private record News(Screen screen, boolean verbose) implements Standalone.Listener {
    @Override
    public void started(String part, String where, Duration took) {
      screen.done(part, where, took);
    }

    @Override
    public void takesTime(String what) {
      screen.line("   " + what);
    }

    @Override
    public void gaveUp(String why) {
      screen.line("error: " + why);
    }

    @Override
    public void line(int worker, String line) {
      if (verbose) {
        screen.line("   worker " + worker + " | " + line);
      }
    }

    @Override
    public void ended(int worker, long pid, String how) {
      screen.warn(String.format(Locale.ROOT, "worker %d (pid %d) %s", worker, pid, how));
    }
  }
}
