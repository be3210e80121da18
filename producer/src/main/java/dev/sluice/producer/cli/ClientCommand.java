package dev.sluice.producer.cli;

import dev.sluice.platform.process.FileTrouble;
import dev.sluice.producer.api.ProblemType;
import dev.sluice.producer.client.SluiceClient;
import dev.sluice.producer.client.SluiceException;
import java.io.IOException;
import java.nio.file.Path;
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
      description = {
        "Where the producer is, as host:port or URL; also taken from the environment's",
        "SLUICE_SERVER."
      },
      defaultValue = "${env:SLUICE_SERVER:-" + ServerAddress.DEFAULT + "}")
  String server = ServerAddress.DEFAULT;

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
    try (var client = new SluiceClient(ServerAddress.parse(server), output::waiting)) {
      return run(client, output).code();
    } catch (ServerAddress.Wrong e) {
      output.error(CommandTrouble.BAD_INPUT, String.valueOf(e.getMessage()));
      return ExitCode.BAD_INPUT.code();
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
        output.error(CommandTrouble.TIMED_OUT, String.valueOf(late.getMessage()));
        yield ExitCode.TIMED_OUT;
      }
      case SluiceException unreachable -> {
        output.error(CommandTrouble.UNREACHABLE, String.valueOf(unreachable.getMessage()));
        output.note(
            "Start one with `sluice up`, or say where it is with --server or SLUICE_SERVER.");
        yield ExitCode.UNREACHABLE;
      }
      case ReaderGone gone -> ExitCode.OK; // such as head, which has what it wanted
      case JobIdPrefix.Ambiguous several -> {
        output.error(CommandTrouble.BAD_INPUT, several.getMessage() + ".");
        yield ExitCode.BAD_INPUT;
      }
      case IOException broken -> {
        output.error(
            CommandTrouble.BAD_INPUT,
            "Reading or writing failed: " + FileTrouble.why(broken, Path.of("")) + ".");
        yield ExitCode.BAD_INPUT;
      }
      default -> throw new IllegalStateException(failure);
    };
  }

  private static ExitCode exitCode(SluiceException.Refused refused) {
    int status = refused.problem().status();
    if (refused.problem().is(ProblemType.REFUSED)) {
      return ExitCode.JOB_FAILED;
    }
    if (refused.problem().is(ProblemType.LEDGER_SILENT)) {
      return ExitCode.TIMED_OUT;
    }
    return status >= 500 ? ExitCode.UNREACHABLE : ExitCode.BAD_INPUT;
  }
}
