package dev.sluice.producer.cli;

import dev.sluice.platform.terminal.TerminalText;
import dev.sluice.producer.api.DeadLetterPage;
import dev.sluice.producer.api.DeadLetterView;
import dev.sluice.producer.api.RedrivenView;
import dev.sluice.producer.client.SluiceClient;
import dev.sluice.producer.client.SluiceException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists what could not be processed. */
@Command(
    name = "dead-letters",
    description = {
      "List records and tasks that could not be processed, last put away first.",
      "ID is topic/partition/offset of the record. `dead-letters redrive` writes records back to"
          + " their topic once their schema is known."
    },
    subcommands = DeadLetterCommand.Redrive.class)
final class DeadLetterCommand extends ClientCommand {

  @Option(
      names = "--reason",
      paramLabel = "REASON",
      description = "Only unknown-schema, unreadable, unprocessable, out-of-attempts or other.")
  @Nullable String reason;

  @Option(names = "--limit", paramLabel = "N", description = "Most letters to list.")
  int limit = 20;

  @Option(names = "--after", paramLabel = "NEXT", description = "Go on after an earlier list.")
  @Nullable String after;

  @Override
  ExitCode run(SluiceClient client, Output output) throws SluiceException {
    var page = client.deadLetters(reason, limit, after);
    output.result(page, text(page, output.columns()));
    return ExitCode.OK;
  }

  private static String text(DeadLetterPage page, int columns) {
    if (page.deadLetters().isEmpty()) {
      return "no dead letters";
    }
    var text = new StringBuilder();
    for (var letter : page.deadLetters()) {
      text.append(TerminalText.paragraph(head(letter), columns, 4));
      var cause = letter.cause();
      text.append(
          TerminalText.paragraph(
              ("    " + cause.what() + " " + cause.why()).stripTrailing(), columns, 4));
      var redrivenMs = letter.redrivenMs();
      if (redrivenMs != null) {
        text.append("    written back ").append(time(redrivenMs)).append('\n');
      } else if (!cause.mend().isEmpty()) {
        text.append(TerminalText.paragraph("    " + cause.mend(), columns, 4));
      }
    }
    if (page.next() != null) {
      text.append("more with --after ").append(page.next()).append('\n');
    }
    return text.toString();
  }

  private static String head(DeadLetterView letter) {
    return letter.id()
        + "  "
        + letter.reason()
        + "  "
        + time(letter.atMs())
        + (letter.key() == null ? "" : "  key " + letter.key())
        + (letter.bytes() < 0 ? "" : "  " + Text.count(letter.bytes()) + " B");
  }

  private static Instant time(long ms) {
    return Instant.ofEpochMilli(ms).truncatedTo(ChronoUnit.SECONDS);
  }

  /** Writes records back. */
  @Command(
      name = "redrive",
      description = {
        "Write the records of dead letters back to their topic, with their keys.",
        "Only records of sluice.jobs that waited for a schema in vain can be written back, each"
            + " once; those whose schema is still not known stay. The exit code is 2 where one that"
            + " was named was not written back."
      })
  static final class Redrive extends ClientCommand {

    @Parameters(
        paramLabel = "ID",
        arity = "0..*",
        description = "Letters, as `dead-letters` lists them.",
        showDefaultValue = Visibility.NEVER)
    List<String> ids = new ArrayList<>();

    @Option(names = "--all", description = "All that can be written back.")
    boolean all;

    @Option(
        names = "--reason",
        paramLabel = "REASON",
        description = "With --all: only these, such as unknown-schema.")
    @Nullable String reason;

    @Override
    ExitCode run(SluiceClient client, Output output) throws SluiceException {
      if (ids.isEmpty() != all || (reason != null && !all)) {
        output.error(
            CommandTrouble.BAD_INPUT, "Name letters, or give --all, and --reason with --all only.");
        return ExitCode.BAD_INPUT;
      }
      var done = all ? redriveAll(client) : client.redrive(ids);
      output.result(done, text(done));
      return done.leftOut().isEmpty() ? ExitCode.OK : ExitCode.BAD_INPUT;
    }

    /** A call writes a bounded number back. */
    private RedrivenView redriveAll(SluiceClient client) throws SluiceException {
      var redriven = new ArrayList<String>();
      var leftOut = new ArrayList<RedrivenView.LeftOut>();
      RedrivenView done;
      do {
        done = client.redriveAll(reason);
        redriven.addAll(done.redriven());
        leftOut.addAll(done.leftOut());
      } while (done.more());
      return new RedrivenView(redriven, leftOut, false);
    }

    private static String text(RedrivenView done) {
      var text = new StringBuilder();
      done.redriven().forEach(id -> text.append(id).append(" written back\n"));
      done.leftOut()
          .forEach(left -> text.append(left.id()).append(": ").append(left.why()).append('\n'));
      return text.isEmpty() ? "nothing to write back" : text.toString();
    }
  }
}
