package dev.sluice.chaos;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.deploy.Subcommand;
import dev.sluice.deploy.broker.BrokerStartException;
import dev.sluice.deploy.broker.DirectoryLock;
import dev.sluice.platform.process.ServiceOutput;
import dev.sluice.platform.process.Trouble;
import dev.sluice.platform.terminal.Terminal;
import dev.sluice.producer.cli.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs jobs on a real cluster of processes while these are killed, stopped and restarted. */
@Command(
    name = "chaos",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    description = {
      "Kill, stop and restart the processes of a cluster while jobs run, and see what holds.",
      "Starts Kafka brokers, coordinators, producers and workers as processes of their own, on the"
          + " loopback interface; runs training and inference jobs in peace, then over and over"
          + " while a seeded plan strikes; compares every outcome with that in peace, and prints"
          + " how long recovery took. Needs about 5 GiB of memory."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:everything held",
      "1:something did not hold",
      "2:the command line is wrong",
      "4:the cluster does not start"
    })
public final class ChaosCommand implements Callable<Integer>, Subcommand {
  private static final int FAULTS_MAX = 100_000;
  private static final int PROCESSES_MAX = 16;
  private static final int BROKERS_MIN = 3;

  @Spec private CommandSpec spec;

  @Option(
      names = "--faults",
      paramLabel = "N",
      description = "How many faults happen.",
      defaultValue = "40")
  private int faults;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "What decides the plan of faults; a random one where none is given.")
  private @Nullable Long seed;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      description = "Time after which no further fault begins.",
      defaultValue = "60")
  private int minutes;

  @Option(names = "--brokers", paramLabel = "N", defaultValue = "3", description = "3 or more.")
  private int brokers;

  @Option(names = "--coordinators", paramLabel = "N", defaultValue = "3", description = "1 to 16.")
  private int coordinators;

  @Option(names = "--producers", paramLabel = "N", defaultValue = "2", description = "1 to 16.")
  private int producers;

  @Option(names = "--workers", paramLabel = "N", defaultValue = "3", description = "1 to 16.")
  private int workers;

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      description = "Empty directory for data and logs, which stays.")
  private @Nullable Path keep;

  @Option(names = "--json", description = "Print what came out as one JSON document.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    var commandLine = spec.commandLine();
    var output = new ServiceOutput(commandLine.getOut(), commandLine.getErr(), json);
    var wrong = wrong();
    if (!wrong.isEmpty()) {
      output.error(Trouble.BAD_INPUT, wrong);
      return ExitCode.BAD_INPUT.code();
    }
    var directory =
        keep == null ? Files.createTempDirectory("sluice-chaos-") : keep.toAbsolutePath();
    var options =
        new Campaign.Options(
            new LocalCluster.Size(brokers, coordinators, producers, workers),
            seed == null ? ThreadLocalRandom.current().nextLong(1, 1_000_000) : seed,
            faults,
            Duration.ofMinutes(minutes),
            directory);
    boolean held = false;
    // Two that were given one empty directory would mix their data.
    try (var _ = DirectoryLock.take(directory)) {
      var report = run(options, commandLine.getErr());
      print(report);
      held = report.held();
      return held ? ExitCode.OK.code() : ExitCode.JOB_FAILED.code();
    } catch (InterruptedException e) {
      return ExitCode.JOB_FAILED.code(); // told to end, which was said
    } catch (BrokerStartException e) {
      output.error(Trouble.BAD_INPUT, String.valueOf(e.getMessage()));
      return ExitCode.BAD_INPUT.code();
    } catch (Producers.Unavailable | IllegalStateException e) {
      output.error(Trouble.NOT_STARTED, e.getMessage() + ". Its processes' logs: " + directory);
      return ExitCode.UNREACHABLE.code();
    } finally {
      if (held && keep == null) {
        remove(directory);
      }
    }
  }

  private static Report run(Campaign.Options options, PrintWriter err)
      throws Producers.Unavailable, InterruptedException, IOException {
    var campaign = new Campaign(options, line -> say(err, line));
    // The processes end with this one, which holds their standard inputs; only stopped ones do not.
    var close =
        Thread.ofPlatform()
            .name("chaos-stop")
            .unstarted(
                () -> {
                  say(err, "Told to end before it was done. Logs: " + options.directory());
                  campaign.close();
                });
    Runtime.getRuntime().addShutdownHook(close);
    try {
      return campaign.run();
    } finally {
      campaign.close();
      try {
        Runtime.getRuntime().removeShutdownHook(close);
      } catch (IllegalStateException e) {
        // This process was told to end, and the hook runs.
      }
    }
  }

  private String wrong() throws IOException {
    if (faults < 0 || faults > FAULTS_MAX) {
      return String.format(Locale.ROOT, "--faults is %d; give 0 to %d.", faults, FAULTS_MAX);
    }
    if (minutes < 1) {
      return String.format(Locale.ROOT, "--minutes is %d; give 1 or more.", minutes);
    }
    if (brokers < BROKERS_MIN || brokers > PROCESSES_MAX) {
      return String.format(
          Locale.ROOT,
          "--brokers is %d; give %d to %d: of fewer, none may be lost.",
          brokers,
          BROKERS_MIN,
          PROCESSES_MAX);
    }
    var counts =
        Map.of("--coordinators", coordinators, "--producers", producers, "--workers", workers);
    for (var count : new TreeMap<>(counts).entrySet()) {
      if (count.getValue() < 1 || count.getValue() > PROCESSES_MAX) {
        return String.format(
            Locale.ROOT,
            "%s is %d; give 1 to %d.",
            count.getKey(),
            count.getValue(),
            PROCESSES_MAX);
      }
    }
    if (keep != null && Files.exists(keep) && !isEmpty(keep)) {
      return keep + " is not an empty directory; name one that is, or one that is not there.";
    }
    return "";
  }

  private static boolean isEmpty(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return false;
    }
    try (var files = Files.list(directory)) {
      return files.allMatch(DirectoryLock::isLock); // of a campaign that did not begin
    } catch (AccessDeniedException e) {
      return false;
    }
  }

  private void print(Report report) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      try {
        out.println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(report));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("a report is not JSON", e);
      }
    } else {
      out.print(report.text(Terminal.outputColumns()));
    }
    out.flush();
  }

  private static void say(PrintWriter err, String line) {
    synchronized (err) {
      err.println(
          LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.MILLIS) + "  " + line);
      err.flush();
    }
  }

  private static void remove(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
