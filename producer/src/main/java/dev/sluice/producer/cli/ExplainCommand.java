package dev.sluice.producer.cli;

import dev.sluice.platform.config.ConfigProblem;
import dev.sluice.platform.document.Amounts;
import dev.sluice.platform.terminal.TerminalText;
import dev.sluice.producer.api.CauseView;
import dev.sluice.producer.api.JobView;
import dev.sluice.producer.api.JobViews;
import dev.sluice.producer.client.SluiceClient;
import dev.sluice.producer.client.SluiceException;
import dev.sluice.producer.spec.JobFileResult;
import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.LaneVerdict;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says where a job could run, and why not elsewhere, before it is submitted. */
@Command(
    name = "explain",
    description = {
      "Say for every lane whether it can run a job, and why not, without submitting it.",
      "The lanes are those of the server, or those of a fleet file (see `sluice plan`), which needs"
          + " no server. Predicted times and energies are modelled."
    })
public final class ExplainCommand extends ClientCommand {

  private final Judge judge;

  @Parameters(
      paramLabel = "FILE",
      description = "The job, in YAML or JSON.",
      showDefaultValue = Visibility.NEVER)
  Path file = Path.of("");

  @Option(
      names = "--fleet",
      paramLabel = "FLEET",
      description = "A fleet file, or the name of a preset, in place of the server's lanes.")
  @Nullable String fleet;

  /**
   * @param judge decides as the coordinator does
   */
  public ExplainCommand(Judge judge) {
    this.judge = judge;
  }

  /**
   * What is known of a job here.
   *
   * @param spec the job
   * @param prepared what its data set and network are; empty where that isn't known here
   * @param format number format that the model version computes in; empty where that isn't known
   */
  public record Known(JobSpec spec, Optional<TrainingPrepared> prepared, Optional<String> format) {}

  /**
   * What admission would say.
   *
   * @param needs what the job needs of an accelerator
   * @param verdicts one for every lane
   */
  public record Explained(Needs needs, List<LaneVerdict> verdicts) {
    public Explained {
      verdicts = List.copyOf(verdicts);
    }
  }

  /**
   * What a job needs of an accelerator, as far as it is known here.
   *
   * @param purpose train, infer or quantise
   * @param formats number formats, any of which will do; empty: not known
   * @param memoryBytes memory, in bytes; null: not known
   * @param memoryFor what that is for; empty: not known
   * @param operators layers and functions that the network uses; empty: not known
   */
  public record Needs(
      String purpose,
      List<String> formats,
      @Nullable Double memoryBytes,
      String memoryFor,
      List<String> operators) {
    public Needs {
      formats = List.copyOf(formats);
      operators = List.copyOf(operators);
    }
  }

  /** Decides as the coordinator does; whoever puts the rooms together has one. */
  public interface Judge {
    /**
     * Verdicts for the lanes of a running cluster.
     *
     * @throws SluiceException where the cluster can't be asked
     */
    Explained judge(Known job, SluiceClient cluster) throws SluiceException;

    /**
     * Verdicts for the lanes of a fleet file.
     *
     * @throws ConfigProblem with everything that is wrong with the file
     */
    Explained judge(Known job, String fleet);
  }

  @Override
  ExitCode run(SluiceClient client, Output output) throws SluiceException, IOException {
    return switch (LocalJobFile.read(file)) {
      case JobFileResult.Invalid(var problems) -> refuse(file.toString(), problems, output);
      case JobFileResult.Parsed parsed -> {
        var found = facts(parsed);
        if (!found.problems().isEmpty()) {
          yield refuse(file.toString(), found.problems(), output);
        }
        yield explain(parsed.spec(), found.prepared(), client, output);
      }
    };
  }

  private ExitCode explain(
      JobSpec spec, Optional<TrainingPrepared> prepared, SluiceClient client, Output output)
      throws SluiceException, IOException {
    try {
      if (fleet == null && missingModel(spec, client)) {
        return refuse(file.toString(), List.of(noSuchModel(spec)), output);
      }
      var known =
          new Known(spec, prepared, fleet == null ? format(spec, client) : Optional.empty());
      var explained = fleet == null ? judge.judge(known, client) : judge.judge(known, fleet);
      boolean runs = explained.verdicts().stream().anyMatch(v -> v.verdict() != Verdict.IMPOSSIBLE);
      var views = explained.verdicts().stream().map(JobViews::verdict).toList();
      output.result(
          document(runs, known, explained.needs(), views),
          text(runs, known, explained.needs(), views, output.columns()));
      return runs ? ExitCode.OK : ExitCode.JOB_FAILED;
    } catch (ConfigProblem e) {
      return refuse(String.valueOf(fleet), e.problems(), output);
    }
  }

  private LocalFacts.Found facts(JobFileResult.Parsed parsed) throws IOException {
    if (!(parsed.spec().work() instanceof TrainingSpec training)) {
      return LocalFacts.Found.NOTHING;
    }
    var files = new HashMap<String, Path>();
    var problems = new ArrayList<Cause>();
    for (var reference : parsed.files()) {
      LocalJobFile.locate(file, reference, problems)
          .filter(Files::isRegularFile)
          .ifPresent(path -> files.put(reference.where(), path));
    }
    return problems.isEmpty()
        ? LocalFacts.of(training, files)
        : new LocalFacts.Found(Optional.empty(), problems);
  }

  private static Cause noSuchModel(JobSpec spec) {
    return new Cause(
        Code.NO_SUCH_MODEL,
        "model",
        "There is no such version of the model.",
        "The server knows " + reference(spec) + " neither by number nor by alias.",
        "`sluice models` lists what there is.");
  }

  private static boolean missingModel(JobSpec spec, SluiceClient client) throws SluiceException {
    return !(spec.work() instanceof TrainingSpec) && format(spec, client).isEmpty();
  }

  private static String reference(JobSpec spec) {
    return switch (spec.work()) {
      case InferenceSpec inference -> inference.model() + "@" + inference.version();
      case QuantisationSpec quantisation -> quantisation.model() + "@" + quantisation.version();
      case PredictionSpec prediction -> prediction.model() + "@" + prediction.version();
      case TrainingSpec training -> "";
    };
  }

  /** Number format of the model version that a job names, by the server. */
  private static Optional<String> format(JobSpec spec, SluiceClient client) throws SluiceException {
    var parts = reference(spec).split("@", 2);
    if (parts.length < 2) {
      return Optional.empty();
    }
    var asked = parts[1];
    var model = client.models().stream().filter(m -> m.name().equals(parts[0])).findFirst();
    return model.flatMap(
        found -> {
          var alias = found.aliases().get(asked);
          var wanted =
              asked.equals("latest")
                  ? String.valueOf(found.versions().size())
                  : alias == null ? asked : String.valueOf(alias);
          return found.versions().stream()
              .filter(version -> String.valueOf(version.version()).equals(wanted))
              .findFirst()
              .map(version -> version.format());
        });
  }

  private static ExitCode refuse(String what, List<Cause> problems, Output output) {
    output.error(
        CommandTrouble.BAD_INPUT,
        Problems.heading(problems) + " with " + what + ".",
        problems.stream().map(CauseView::of).toList());
    return ExitCode.BAD_INPUT;
  }

  private static Object document(
      boolean runs, Known known, Needs needs, List<JobView.VerdictView> verdicts) {
    var document = new LinkedHashMap<String, Object>();
    document.put("canRun", runs);
    document.put("needs", needs);
    document.put("notKnown", notKnown(known));
    document.put("verdicts", verdicts);
    return document;
  }

  private static String text(
      boolean runs, Known known, Needs needs, List<JobView.VerdictView> verdicts, int columns) {
    var head =
        verdicts.isEmpty()
            ? "There is no lane.\n"
            : runs ? "The job can run.\n" : "No lane can run the job.\n";
    var text = new StringBuilder("  it needs: ").append(needs.purpose());
    if (!needs.formats().isEmpty()) {
      text.append(" in ").append(String.join(" or ", needs.formats()));
    }
    var bytes = needs.memoryBytes();
    if (bytes != null) {
      text.append(", ").append(Amounts.of(bytes, "B")).append(" for ").append(needs.memoryFor());
    }
    if (!needs.operators().isEmpty()) {
      text.append("; operators ").append(String.join(", ", needs.operators()));
    }
    var notes =
        notKnown(known).stream()
            .map(note -> TerminalText.paragraph("  not known here: " + note, columns, 4))
            .collect(Collectors.joining());
    return head
        + TerminalText.paragraph(text.toString(), columns, 4)
        + Output.verdicts(verdicts, columns)
        + notes;
  }

  private static List<String> notKnown(Known known) {
    var notes = new ArrayList<String>();
    if (known.spec().work() instanceof TrainingSpec && known.prepared().isEmpty()) {
      notes.add("the data set and the network's size; memory and time were not judged");
    }
    if (known.spec().work() instanceof InferenceSpec && known.format().isEmpty()) {
      notes.add("the model version; number format, memory and time were not judged");
    } else if (known.spec().work() instanceof InferenceSpec) {
      notes.add("the network's size and the number of rows; memory and time were not judged");
    }
    return notes;
  }
}
