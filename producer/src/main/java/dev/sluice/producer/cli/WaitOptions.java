package dev.sluice.producer.cli;

import dev.sluice.platform.terminal.LiveLine;
import dev.sluice.producer.api.JobView;
import dev.sluice.producer.client.SluiceClient;
import dev.sluice.producer.client.SluiceException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How to wait for a job, and the waiting itself. */
final class WaitOptions {

  /** Where standard error is not a terminal, a line of progress is printed so often. */
  private static final long LINE_NANOS = Duration.ofSeconds(2).toNanos();

  private static final int BAR_WIDTH = 10;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "Longest wait, such as 90s, 30m or 2h. The job itself goes on.",
      converter = SpanConverter.class,
      defaultValue = "24h")
  Duration timeout = Duration.ofHours(24);

  /** Waits for the outcome, showing progress, and prints it. */
  ExitCode await(SluiceClient client, Output output, String jobId) throws SluiceException {
    var progress = new Progress(client, output.liveLine());
    JobView job;
    var interrupted =
        new Thread(
            () -> {
              progress.end();
              goesOn(output, jobId);
            });
    Runtime.getRuntime().addShutdownHook(interrupted);
    try {
      job = client.await(jobId, timeout, progress::show);
      progress.end();
    } catch (SluiceException e) {
      progress.end();
      if (!(e instanceof SluiceException.Refused)) {
        goesOn(output, jobId);
      }
      throw e;
    } finally {
      forget(interrupted);
    }
    output.result(job, JobText.full(job, output.columns()));
    return job.status().equals("succeeded") ? ExitCode.OK : ExitCode.JOB_FAILED;
  }

  private static void goesOn(Output output, String jobId) {
    output.note("job " + jobId + " goes on without this command; to wait again:");
    output.note("  sluice job " + jobId + " --wait");
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException stopping) {
      // then it has run
    }
  }

  private static final class Progress {
    private final SluiceClient client;
    private final LiveLine line;
    private String last = "";
    private long lastNanos = System.nanoTime() - LINE_NANOS;

    Progress(SluiceClient client, LiveLine line) {
      this.client = client;
      this.line = line;
    }

    void show(JobView job) {
      if (!line.overwrites() && !job.finished() && System.nanoTime() - lastNanos < LINE_NANOS) {
        return;
      }
      var now = line(job, waiting(job));
      if (!now.equals(last)) {
        line.show(now);
        last = now;
        lastNanos = System.nanoTime();
      }
    }

    void end() {
      line.keep();
    }

    private long waiting(JobView job) {
      try {
        return client.lag().lanes().stream()
            .filter(queue -> queue.name().equals(job.lane()))
            .mapToLong(queue -> queue.waiting())
            .sum();
      } catch (SluiceException e) {
        // The job's own state is what is waited for; lag is shown where it is to be had.
        return 0;
      }
    }
  }

  /** One line of progress. */
  static String line(JobView job, long waiting) {
    var line = new StringBuilder(String.format(Locale.ROOT, "%-11s", job.status()));
    var training = job.training();
    var inference = job.inference();
    if (job.progress().total() > 0) {
      line.append(Text.bar(job.progress().fraction(), BAR_WIDTH))
          .append(String.format(Locale.ROOT, " %4s", Text.percent(job.progress().fraction())));
    }
    if (training != null) {
      line.append(
          String.format(
              Locale.ROOT,
              "  epoch %d/%d  loss %s  %s samples/s",
              training.epoch(),
              training.epochs(),
              Text.value(training.loss()),
              Text.rate(training.samplesPerSecond())));
    } else if (inference != null && inference.tasks() > 0) {
      line.append(
          String.format(
              Locale.ROOT,
              "  task %d/%d  %s rows/s",
              inference.finished(),
              inference.tasks(),
              Text.rate(inference.rowsPerSecond())));
    }
    var waits = job.waitsFor();
    return waits == null || waits.works()
        ? line.append("  lag ").append(waiting).toString()
        : line.append("  ").append(waits.what()).toString();
  }

  /** Reads spans such as 90s. */
  static final class SpanConverter implements ITypeConverter<Duration> {
    private static final Pattern SPAN = Pattern.compile("([1-9][0-9]{0,8})(s|m|h)");

    @Override
    public Duration convert(String text) {
      var match = SPAN.matcher(text);
      if (!match.matches()) {
        throw new TypeConversionException("'" + text + "' is not a time such as 90s, 30m or 2h");
      }
      long n = Long.parseLong(match.group(1));
      return switch (match.group(2)) {
        case "s" -> Duration.ofSeconds(n);
        case "m" -> Duration.ofMinutes(n);
        default -> Duration.ofHours(n);
      };
    }
  }
}
