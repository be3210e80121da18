package dev.sluice.deploy.quickstart;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sluice.producer.api.ApiJson;
import dev.sluice.producer.api.JobView;
import dev.sluice.producer.api.Problem;
import dev.sluice.producer.cli.ClientCommands;
import dev.sluice.producer.cli.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The jobs that the quickstart runs, submitted by the very command that users have. */
final class JobFiles {
  private static final String FOLDER = "quickstart.d";

  private final Path folder;

  private JobFiles(Path folder) {
    this.folder = folder;
  }

  /**
   * The files beside the launcher {@code deploy/sluice}.
   *
   * @throws QuickstartException where there are none
   */
  static JobFiles besideLauncher() {
    var launcher = Path.of(System.getProperty("sluice.launcher", "deploy/sluice"));
    var folder = launcher.toAbsolutePath().resolveSibling(FOLDER);
    if (!Files.isDirectory(folder)) {
      throw new QuickstartException(
          ExitCode.BAD_INPUT,
          "There is no folder %s with the quickstart's jobs. Run deploy/quickstart from a checkout."
              .formatted(folder));
    }
    return new JobFiles(folder);
  }

  /**
   * Submits a job as {@code sluice submit} does.
   *
   * @param name file name
   * @param server producer
   * @throws QuickstartException with what the command says, where it fails
   */
  JobView submit(String name, URI server) {
    var ran = run(name, server);
    if (ran.code() != ExitCode.OK.code()) {
      throw new QuickstartException(exitCode(ran.code()), ran.err().strip());
    }
    return read(ran, JobView.class);
  }

  /**
   * Submits a job that is to be refused.
   *
   * @return the verdict of every lane
   * @throws QuickstartException where it is accepted, or fails in another way
   */
  List<JobView.VerdictView> refused(String name, URI server) {
    var ran = run(name, server);
    if (ran.code() != ExitCode.JOB_FAILED.code()) {
      throw new QuickstartException(
          ExitCode.JOB_FAILED, name + " should be refused. It says: " + ran.err().strip());
    }
    var verdicts = read(ran, Problem.class).verdicts();
    return verdicts == null ? List.of() : verdicts;
  }

  private record Ran(int code, String out, String err) {}

  private Ran run(String name, URI server) {
    var out = new StringWriter();
    var err = new StringWriter();
    var sluice = new CommandLine(CommandSpec.create().name("sluice"));
    ClientCommands.ALL.forEach(sluice::addSubcommand);
    sluice.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int code =
        sluice.execute(
            "submit", folder.resolve(name).toString(), "--server", server.toString(), "--json");
    return new Ran(code, out.toString(), err.toString());
  }

  private static <T> T read(Ran ran, Class<T> type) {
    try {
      return ApiJson.MAPPER.readValue(ran.out(), type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("sluice submit --json printed something else: " + ran, e);
    }
  }

  private static ExitCode exitCode(int code) {
    return Arrays.stream(ExitCode.values())
        .filter(known -> known.code() == code)
        .findFirst()
        .orElse(ExitCode.JOB_FAILED);
  }
}
