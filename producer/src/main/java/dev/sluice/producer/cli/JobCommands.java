package dev.sluice.producer.cli;

import dev.sluice.producer.client.SluiceClient;
import dev.sluice.producer.client.SluiceClient.ResultFormat;
import dev.sluice.producer.client.SluiceException;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands about jobs that were submitted. */
final class JobCommands {

  private JobCommands() {}

  /** Lists jobs. */
  @Command(name = "jobs", description = "List jobs, last submitted first.")
  static final class Jobs extends ClientCommand {

    @Option(
        names = "--status",
        paramLabel = "STATUS",
        description =
            "Only jobs that are held, resolving, preparing, running, exporting, registering,"
                + " succeeded, failed, cancelled or refused.")
    @Nullable String status;

    @Option(names = "--limit", description = "Most jobs to list.", defaultValue = "20")
    int limit = 20;

    @Option(names = "--after", paramLabel = "NEXT", description = "Go on after an earlier list.")
    @Nullable String after;

    @Override
    ExitCode run(SluiceClient client, Output output) throws SluiceException {
      var page = client.jobs(status, limit, after);
      output.result(page, JobText.list(page, output.columns()));
      return ExitCode.OK;
    }
  }

  /** Shows one job. */
  @Command(
      name = "job",
      description = "Show a job. The exit code is 1 where it failed, was cancelled or refused.")
  static final class Job extends ClientCommand {

    @Parameters(
        paramLabel = "ID",
        description = "Job id, or its beginning.",
        showDefaultValue = Visibility.NEVER)
    String id = "";

    @Option(names = "--wait", description = "Wait for the outcome and show progress.")
    boolean wait;

    @Mixin WaitOptions waiting = new WaitOptions();

    @Override
    ExitCode run(SluiceClient client, Output output) throws SluiceException, IOException {
      if (wait) {
        return waiting.await(client, output, JobIdPrefix.whole(id, client));
      }
      var job = client.job(JobIdPrefix.whole(id, client));
      output.result(job, JobText.full(job, output.columns()));
      return job.finished() && !job.status().equals("succeeded")
          ? ExitCode.JOB_FAILED
          : ExitCode.OK;
    }
  }

  /** Cancels a job. */
  @Command(
      name = "cancel",
      description =
          "Cancel a job. One that has ended otherwise before stays as it is, and the exit code is"
              + " 2.")
  static final class Cancel extends ClientCommand {

    @Parameters(
        paramLabel = "ID",
        description = "Job id, or its beginning.",
        showDefaultValue = Visibility.NEVER)
    String id = "";

    @Override
    ExitCode run(SluiceClient client, Output output) throws SluiceException, IOException {
      var job = client.cancel(JobIdPrefix.whole(id, client));
      output.result(
          job,
          job.status().equals("cancelled")
              ? job.jobId() + " is cancelled"
              : job.jobId() + " is being cancelled; it is still " + job.status());
      return ExitCode.OK;
    }
  }

  /** Writes the results of an inference job. */
  @Command(
      name = "results",
      description = {
        "Write the results of an inference job, one row per line.",
        "With --json, each line is one JSON document (NDJSON): results may be larger than memory."
            + " Where it fails, the last line is a problem document, which has a type; rows have"
            + " none."
      })
  static final class Results extends ClientCommand {

    @Parameters(
        paramLabel = "ID",
        description = "Job id, or its beginning.",
        showDefaultValue = Visibility.NEVER)
    String id = "";

    @Option(
        names = {"-o", "--output"},
        paramLabel = "FILE",
        description = "Where to; standard output by default.")
    @Nullable Path file;

    @Option(
        names = "--format",
        paramLabel = "FORMAT",
        description = "csv or ndjson.",
        defaultValue = "csv")
    String format = "csv";

    @Override
    ExitCode run(SluiceClient client, Output output) throws SluiceException, IOException {
      ResultFormat asked;
      switch (json ? "ndjson" : format) {
        case "csv" -> asked = ResultFormat.CSV;
        case "ndjson" -> asked = ResultFormat.NDJSON;
        default -> {
          output.error(CommandTrouble.BAD_INPUT, "--format is csv or ndjson, not " + format + ".");
          return ExitCode.BAD_INPUT;
        }
      }
      if (file == null && asked == ResultFormat.NDJSON) {
        output.byLine();
      }
      var job = JobIdPrefix.whole(id, client);
      if (file == null) {
        print(client, job, asked);
      } else {
        save(client, job, asked, file);
        output.note("written to " + file);
      }
      return ExitCode.OK;
    }

    private static void print(SluiceClient client, String job, ResultFormat format)
        throws SluiceException, IOException {
      // Not closed: standard output isn't ours.
      var out =
          new BufferedOutputStream(ReaderGone.toldBy(new FileOutputStream(FileDescriptor.out)));
      try {
        client.results(job, format, format == ResultFormat.NDJSON ? new WholeLines(out) : out);
      } finally {
        // What came is shown before what is said about its end.
        out.flush();
      }
    }

    /** What breaks off must not pass for the whole: the file gets its name when complete. */
    private static void save(SluiceClient client, String job, ResultFormat format, Path target)
        throws SluiceException, IOException {
      var part = target.resolveSibling(target.getFileName() + ".part");
      try {
        try (var out = Files.newOutputStream(part)) {
          client.results(job, format, out);
        }
        Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
    }
  }
}
