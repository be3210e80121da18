package dev.sluice.producer.cli;

import dev.sluice.producer.api.ProblemType;
import dev.sluice.producer.client.SluiceClient;
import dev.sluice.producer.client.SluiceException;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all commands have in common that talk to a server. */
@Command(
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all went well",
      "1:the job failed, was cancelled or was refused",
      "2:the command line or a file is wrong",
      "4:no server answers",
      "5:it took longer than the bound"
    })
abstract class ClientCommand implements Callable<Integer> {

  @Spec CommandSpec spec = CommandSpec.create(); // set by picocli

  @Option(
      names = "--server",
      paramLabel = "URL",
      description = "Where the producer is; also taken from the environment's SLUICE_SERVER.",
      defaultValue = "${env:SLUICE_SERVER:-http://127.0.0.1:8642}")
  URI server = URI.create("http://127.0.0.1:8642");

  @Option(
      names = "--json",
      description = "Print one JSON document instead of text; a problem document where it fails.")
  boolean json;

  @Option(names = "--debug", description = "Print stack traces.")
  boolean debug;

  /** Does the work. */
  abstract ExitCode run(SluiceClient client, Output output) throws SluiceException, IOException;

  @Override
  public Integer call() {
    var commandLine = spec.commandLine();
    var output = new Output(commandLine.getOut(), commandLine.getErr(), json);
    if (server.getHost() == null || !"http".equals(server.getScheme())) {
      output.error(
          Trouble.BAD_INPUT,
          "--server must be a URL such as http://127.0.0.1:8642, not " + server + ".");
      return ExitCode.BAD_INPUT.code();
    }
    try (var client = new SluiceClient(server)) {
      return run(client, output).code();
    } catch (SluiceException | IOException e) {
      if (debug) {
        e.printStackTrace(commandLine.getErr());
      }
      return explain(e, output).code();
    }
  }

  private ExitCode explain(Exception failure, Output output) {
    return switch (failure) {
      case SluiceException.Refused refused -> {
        output.problem(refused.problem());
        yield exitCode(refused);
      }
      case SluiceException.TimedOut late -> {
        output.error(Trouble.TIMED_OUT, String.valueOf(late.getMessage()));
        yield ExitCode.TIMED_OUT;
      }
      case SluiceException unreachable -> {
        output.error(Trouble.UNREACHABLE, String.valueOf(unreachable.getMessage()));
        output.note(
            "Start one with `sluice up`, or say where it is with --server or SLUICE_SERVER.");
        yield ExitCode.UNREACHABLE;
      }
      default -> {
        output.error(Trouble.BAD_INPUT, "Reading or writing failed: " + failure.getMessage());
        yield ExitCode.BAD_INPUT;
      }
    };
  }

  private static ExitCode exitCode(SluiceException.Refused refused) {
    int status = refused.problem().status();
    if (refused.problem().type().equals(ProblemType.REFUSED.uri())) {
      return ExitCode.JOB_FAILED;
    }
    if (refused.problem().type().equals(ProblemType.LEDGER_SILENT.uri())) {
      return ExitCode.TIMED_OUT;
    }
    return status >= 500 ? ExitCode.UNREACHABLE : ExitCode.BAD_INPUT;
  }
}
