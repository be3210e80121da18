package dev.sluice.benchmark;

import dev.sluice.benchmark.report.BenchReport;
import dev.sluice.benchmark.section.BenchContext;
import dev.sluice.benchmark.section.BenchSection;
import dev.sluice.benchmark.section.Sections;
import dev.sluice.deploy.Subcommand;
import dev.sluice.platform.process.ServiceOutput;
import dev.sluice.platform.process.Trouble;
import dev.sluice.platform.terminal.Terminal;
import dev.sluice.producer.cli.ExitCode;
import dev.sluice.schemas.problem.NearestName;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures a cluster on this machine beside its limits and peers. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    description = {
      "Measure a cluster on this machine, beside what bounds it and what others do.",
      "Starts clusters as a user does, with two workers, and prints each figure with its limit (the"
          + " same bytes through the same broker, or the same model in a bare loop) or its peer"
          + " (PyTorch DDP, BullMQ), taken in the same run. A peer that is not installed is named"
          + " in its place. The machine should have nothing else to do. Less than 15 minutes."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every section ran",
      "1:a figure is missing, which the report names",
      "2:the command line is wrong"
    })
public final class BenchCommand implements Callable<Integer>, Subcommand {
  private static final String TO_OUTPUT = "-";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
  private static final double QUICK_SECONDS = 2;
  private static final double SECONDS_MAX = 8;
  private static final int RATE_MAX = 1_000;

  @Spec private CommandSpec spec;

  @Option(
      names = "--only",
      paramLabel = "SECTION",
      split = ",",
      description =
          "Only these: training, jobs, latency, inference, start, cost, fold; or encodings, which"
              + " is in no other run and takes 6 minutes.")
  private List<String> only = new ArrayList<>();

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Time of each measurement, 1 to 8.",
      defaultValue = "5")
  private double seconds;

  @Option(names = "--quick", description = "The same as --seconds 2: to see whether it runs.")
  private boolean quick;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Jobs in a second of the section latency, 1 to 1000.",
      defaultValue = "200")
  private int rate;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      arity = "0..1",
      fallbackValue = TO_OUTPUT,
      description = "Write the report as one JSON document, to this file or instead of the table.")
  private @Nullable String json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    var output =
        new ServiceOutput(
            spec.commandLine().getOut(), spec.commandLine().getErr(), TO_OUTPUT.equals(json));
    var wrong = wrong();
    if (!wrong.isEmpty()) {
      output.error(Trouble.BAD_INPUT, wrong);
      return ExitCode.BAD_INPUT.code();
    }
    var directory = Files.createTempDirectory("sluice-bench-");
    var launcher = Path.of(System.getProperty("sluice.launcher", "deploy/sluice")).toAbsolutePath();
    var context = new BenchContext(launcher, directory, quick ? QUICK_SECONDS : seconds, rate);
    var stop = Thread.ofPlatform().name("bench-stop").unstarted(context::close);
    Runtime.getRuntime().addShutdownHook(stop);
    BenchReport report;
    try (context) {
      report = new BenchRun(context, this::say).of(sections());
    } finally {
      remove(directory);
    }
    print(report);
    return report.failed() ? ExitCode.JOB_FAILED.code() : ExitCode.OK.code();
  }

  private String wrong() {
    if (!(seconds >= 1 && seconds <= SECONDS_MAX)) {
      return String.format(Locale.ROOT, "--seconds is %s; give 1 to %.0f.", seconds, SECONDS_MAX);
    }
    if (rate < 1 || rate > RATE_MAX) {
      return String.format(Locale.ROOT, "--rate is %d; give 1 to %d.", rate, RATE_MAX);
    }
    var names = Sections.ALL_NAMED.stream().map(BenchSection::name).toList();
    for (var name : only) {
      if (!names.contains(name)) {
        var meant = NearestName.of(name, names);
        return "There is no section '%s'. %s"
            .formatted(
                name,
                meant == null
                    ? "There are " + String.join(", ", names) + "."
                    : "Did you mean " + meant + "?");
      }
    }
    return "";
  }

  private List<BenchSection> sections() {
    return only.isEmpty()
        ? Sections.ALL
        : Sections.ALL_NAMED.stream().filter(section -> only.contains(section.name())).toList();
  }

  private void print(BenchReport report) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (TO_OUTPUT.equals(json)) {
      out.println(report.json());
    } else {
      out.print(report.text(Terminal.outputColumns()));
    }
    out.flush();
    if (json != null && !TO_OUTPUT.equals(json)) {
      Files.writeString(Path.of(json), report.json() + "\n");
    }
  }

  private void say(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(LocalTime.now(ZoneId.systemDefault()).format(TIME) + "  " + line);
    err.flush();
  }

  private static void remove(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
