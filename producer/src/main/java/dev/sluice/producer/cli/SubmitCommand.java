package dev.sluice.producer.cli;

import dev.sluice.platform.artifact.ArtifactStore;
import dev.sluice.producer.api.CauseView;
import dev.sluice.producer.api.JobView;
import dev.sluice.producer.api.ProblemType;
import dev.sluice.producer.client.SluiceClient;
import dev.sluice.producer.client.SluiceException;
import dev.sluice.producer.spec.FileReference;
import dev.sluice.producer.spec.JobFileResult;
import dev.sluice.schemas.codec.Digests;
import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.JobSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks a job file, uploads the files that it names, and submits it. */
@Command(
    name = "submit",
    description = {
      "Submit a job file.",
      "Checks the file, uploads the data sets and models that it names unless they are stored"
          + " already, and submits the job. Without --wait it returns once the job is accepted."
    })
final class SubmitCommand extends ClientCommand {

  @Parameters(
      paramLabel = "FILE",
      description = "The job, in YAML or JSON; - for standard input.",
      showDefaultValue = Visibility.NEVER)
  Path file = Path.of("");

  @Option(names = "--wait", description = "Wait for the job's outcome and show its progress.")
  boolean wait;

  @Mixin WaitOptions waiting = new WaitOptions();

  @Option(
      names = "--idempotency-key",
      paramLabel = "KEY",
      description = "Submitting again with the same key gives the same job.")
  @Nullable String idempotencyKey;

  @Override
  ExitCode run(SluiceClient client, Output output) throws SluiceException, IOException {
    return switch (LocalJobFile.read(file)) {
      case JobFileResult.Invalid(var problems) -> refuse(problems, output);
      case JobFileResult.Parsed parsed -> {
        var problems = new ArrayList<Cause>();
        var digests = digests(parsed.files(), problems);
        if (!problems.isEmpty()) {
          yield refuse(problems, output);
        }
        upload(client, output, digests);
        yield submit(client, output, parsed.resolve(digestsOnly(digests)));
      }
    };
  }

  private ExitCode refuse(List<Cause> problems, Output output) {
    output.error(
        CommandTrouble.BAD_INPUT,
        Problems.heading(problems) + " with " + file + ".",
        problems.stream().map(CauseView::of).toList());
    return ExitCode.BAD_INPUT;
  }

  private record LocalFile(Path path, String digest) {}

  private Map<FileReference, LocalFile> digests(List<FileReference> files, List<Cause> problems)
      throws IOException {
    var digests = new HashMap<FileReference, LocalFile>();
    for (var reference : files) {
      var located = LocalJobFile.locate(file, reference, problems);
      if (located.isEmpty()) {
        continue;
      }
      var path = located.get();
      if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
        problems.add(unusable(reference, path.normalize()));
      } else if (Files.size(path) > ArtifactStore.FILE_BYTES_MAX) {
        problems.add(
            new Cause(
                Code.TOO_LARGE,
                reference.where(),
                "%s has %s.".formatted(path.normalize(), Text.bytes(Files.size(path))),
                "A file may have at most " + Text.bytes(ArtifactStore.FILE_BYTES_MAX) + ".",
                "Compress it with gzip, or split it."));
      } else {
        digests.put(reference, new LocalFile(path, digest(path)));
      }
    }
    return digests;
  }

  private static Cause unusable(FileReference reference, Path path) {
    var what =
        !Files.exists(path)
            ? "There is no file " + path + "."
            : Files.isRegularFile(path)
                ? "You may not read " + path + "."
                : path + (Files.isDirectory(path) ? " is a folder." : " is no regular file.");
    return new Cause(
        Files.exists(path) ? Code.UNREADABLE_FILE : Code.NO_SUCH_FILE,
        reference.where(),
        what,
        "Files are looked for relative to the job file's folder, and uploaded.",
        "Put the file there, or correct the path.");
  }

  private static String digest(Path path) throws IOException {
    var digest = Digests.sha256();
    try (var in = Files.newInputStream(path)) {
      var buffer = new byte[64 * 1024];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return Digests.text(digest);
  }

  private static Map<FileReference, String> digestsOnly(Map<FileReference, LocalFile> files) {
    var digests = new HashMap<FileReference, String>();
    files.forEach((reference, local) -> digests.put(reference, local.digest()));
    return digests;
  }

  private static void upload(
      SluiceClient client, Output output, Map<FileReference, LocalFile> files)
      throws SluiceException, IOException {
    for (var local : files.values()) {
      if (!client.has(local.digest())) {
        output.note(
            "uploading %s (%s)"
                .formatted(local.path().getFileName(), Text.bytes(Files.size(local.path()))));
        var stored = client.upload(local.path());
        if (!stored.artifact().equals(local.digest())) {
          throw new IOException(local.path() + " changed while it was being uploaded");
        }
      }
    }
  }

  private ExitCode submit(SluiceClient client, Output output, JobSpec job) throws SluiceException {
    // A key of our own makes one repeat safe, should the answer get lost on its way.
    var key = idempotencyKey == null ? UUID.randomUUID().toString() : idempotencyKey;
    var accepted = decidedOn(client, output, job, key);
    if (!wait) {
      output.result(
          accepted,
          "%s is %s%s"
              .formatted(
                  accepted.jobId(),
                  accepted.status(),
                  accepted.lane().isEmpty() ? "" : " on lane " + accepted.lane()));
      return accepted.finished() && !accepted.status().equals("succeeded")
          ? ExitCode.JOB_FAILED
          : ExitCode.OK;
    }
    if (!output.json()) {
      output.note("job " + accepted.jobId());
    }
    return waiting.await(client, output, accepted.jobId());
  }

  /**
   * The job as the ledger took it over. Whoever waits for the outcome waits for the ledger, too: a
   * server that holds the request until the ledger has decided, or for as long as it may, is asked
   * again.
   */
  private JobView decidedOn(SluiceClient client, Output output, JobSpec job, String key)
      throws SluiceException {
    long from = System.nanoTime();
    while (true) {
      try {
        return submitted(client, job, key);
      } catch (SluiceException.Refused e) {
        boolean late = System.nanoTime() - from > waiting.timeout.toNanos();
        if (!wait || late || !e.problem().is(ProblemType.LEDGER_SILENT)) {
          throw e;
        }
        output.waiting(e.problem(), waiting.timeout);
      }
    }
  }

  private static JobView submitted(SluiceClient client, JobSpec job, String key)
      throws SluiceException {
    try {
      return client.submit(job, key);
    } catch (SluiceException.Unreachable e) {
      return client.submit(job, key);
    }
  }
}
