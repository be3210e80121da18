package dev.sluice.producer.cli;

import static dev.sluice.platform.terminal.TextTable.left;
import static dev.sluice.platform.terminal.TextTable.right;

import dev.sluice.platform.terminal.Facts;
import dev.sluice.platform.terminal.TextTable;
import dev.sluice.producer.api.ApiJson;
import dev.sluice.producer.api.EvaluationView;
import dev.sluice.producer.api.ModelVersionView;
import dev.sluice.producer.api.ModelView;
import dev.sluice.producer.client.SluiceClient;
import dev.sluice.producer.client.SluiceException;
import dev.sluice.schemas.problem.NearestName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lists models, shows one version with what was measured of its classes, or deletes some. */
@Command(
    name = "models",
    description = {
      "List models and their versions, or show one version.",
      "Of a classifier it also shows precision, recall, F1 and AUC of each class, and the confusion"
          + " matrix, measured on the held-out rows. `models delete` deletes versions."
    },
    subcommands = ModelsCommand.Delete.class)
final class ModelsCommand extends ClientCommand {

  /** A larger file of evaluation is left to programs. */
  private static final long EVALUATION_BYTES_MAX = 16L * 1024 * 1024;

  private static final int LABELS = 18;
  private static final int DIGITS_SHOWN = 16;

  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL[@VERSION]",
      description =
          "The version to show: a number, an alias or latest, which is also meant where none is"
              + " given.")
  @Nullable String model;

  @Override
  ExitCode run(SluiceClient client, Output output) throws SluiceException, IOException {
    var models = client.models();
    if (model == null) {
      output.result(
          Map.of("models", models),
          models.isEmpty() ? "no models" : table(models, output.columns()));
      return ExitCode.OK;
    }
    var found = find(model, models);
    if (found.isEmpty()) {
      output.error(CommandTrouble.BAD_INPUT, missing(model, models));
      return ExitCode.BAD_INPUT;
    }
    var version = found.get();
    var evaluation = evaluation(version, client);
    var document = new LinkedHashMap<String, Object>();
    document.put("version", version);
    evaluation.ifPresent(measured -> document.put("evaluation", measured));
    output.result(
        document,
        facts(version, output.columns())
            + evaluation
                .map(measured -> "\n" + EvaluationText.of(measured, output.columns()))
                .orElse(""));
    return ExitCode.OK;
  }

  /** A version by number, alias or latest; of a model's name, too, the beginning is enough. */
  private static Optional<ModelVersionView> find(String asked, List<ModelView> models) {
    int at = asked.lastIndexOf('@');
    var name = at < 0 ? asked : asked.substring(0, at);
    var which = at < 0 ? "latest" : asked.substring(at + 1);
    var exact = models.stream().filter(known -> known.name().equals(name)).toList();
    var begun = models.stream().filter(known -> known.name().startsWith(name)).toList();
    var meant = exact.isEmpty() ? begun : exact;
    if (meant.size() != 1 || name.isEmpty()) {
      return Optional.empty();
    }
    var found = meant.getFirst();
    var alias = found.aliases().get(which);
    var number =
        which.equals("latest")
            ? String.valueOf(found.latest())
            : alias == null ? which : String.valueOf(alias);
    return found.versions().stream()
        .filter(version -> String.valueOf(version.version()).equals(number))
        .findFirst();
  }

  private static String missing(String asked, List<ModelView> models) {
    var name = asked.contains("@") ? asked.substring(0, asked.lastIndexOf('@')) : asked;
    var names = models.stream().map(ModelView::name).toList();
    var begun = names.stream().filter(known -> known.startsWith(name)).toList();
    if (begun.size() == 1 || names.contains(name)) {
      return "There is no version " + asked + ". `sluice models` lists what there is.";
    }
    return begun.isEmpty() || name.isEmpty()
        ? "There is no model '"
            + name
            + "'. "
            + NearestName.hint(name, names)
            + "`sluice models` lists what there is."
        : "Several models' names begin with "
            + name
            + ": "
            + begun.stream().limit(5).collect(Collectors.joining(", "))
            + (begun.size() > 5 ? " and more" : "")
            + ". Write more of it.";
  }

  private static Optional<EvaluationView> evaluation(ModelVersionView version, SluiceClient client)
      throws SluiceException, IOException {
    var file =
        version.files().stream()
            .filter(known -> known.format().equals(EvaluationView.FORMAT))
            .filter(known -> known.bytes() <= EVALUATION_BYTES_MAX)
            .findFirst();
    if (file.isEmpty()) {
      return Optional.empty();
    }
    var bytes = new ByteArrayOutputStream();
    client.download(file.get().artifact(), bytes);
    return Optional.of(ApiJson.MAPPER.readValue(bytes.toByteArray(), EvaluationView.class));
  }

  private static String facts(ModelVersionView version, int columns) {
    var facts = new Facts(0, LABELS, columns);
    facts.line("model", version.name() + "@" + version.version() + ", " + version.format());
    if (version.parent() != null) {
      facts.line("made of", version.parent());
    }
    facts.line("job", version.jobId());
    facts.line("objective", version.objective());
    facts.line("parameters", Text.count(version.parameters()));
    facts.line("sha256", version.sha256());
    facts.line("dataset", version.dataset());
    version.metrics().forEach((name, value) -> facts.line(name, Text.metric(name, value)));
    for (var file : version.files()) {
      facts.line(file.format(), Text.bytes(file.bytes()) + ", " + file.artifact());
    }
    return facts.toString();
  }

  private static String table(List<ModelView> models, int columns) {
    var table =
        new TextTable(
            left("MODEL").least(14).middle(),
            left("FORMAT").least(8).leaves(5),
            left("ALIASES").least(8).leaves(4),
            right("PARAMETERS").leaves(6),
            left("METRICS").least(36),
            left("FILES").least(8).leaves(3),
            left("JOB").least(8).leaves(2),
            left("SHA256").least(8).leaves(1));
    for (var model : models) {
      for (var version : model.versions()) {
        table.row(
            model.name() + "@" + version.version(),
            version.format() + (version.parent() == null ? "" : " of " + version.parent()),
            Text.orDash(aliases(model.aliases(), version.version())),
            Text.count(version.parameters()),
            version.metrics().entrySet().stream()
                .map(
                    metric ->
                        metric.getKey() + " " + Text.metric(metric.getKey(), metric.getValue()))
                .collect(Collectors.joining(", ")),
            version.files().stream().map(file -> file.format()).collect(Collectors.joining(", ")),
            version.jobId(),
            shortened(version.sha256()));
      }
    }
    return table.text(columns);
  }

  /** Deletes versions. */
  @Command(
      name = "delete",
      description = {
        "Delete a version of a model, or a model with all its versions and aliases.",
        "Whoever asks for it then finds it no more; jobs that use it go on to their end. Numbers"
            + " are not given again, and `latest` is the highest that is left."
      })
  static final class Delete extends ClientCommand {

    @Parameters(
        paramLabel = "MODEL[@VERSION]",
        description = "The version: a number, an alias or latest; without one the whole model.")
    String model = "";

    @Override
    ExitCode run(SluiceClient client, Output output) throws SluiceException {
      if (model.indexOf('@') < 0) {
        output.result(client.deleteModel(model), "deleted " + model);
        return ExitCode.OK;
      }
      var models = client.models();
      // The beginning of a name is enough to look at a model, and not to delete one.
      var found =
          find(model, models)
              .filter(version -> version.name().equals(model.substring(0, model.lastIndexOf('@'))));
      if (found.isEmpty()) {
        output.error(CommandTrouble.BAD_INPUT, missing(model, models));
        return ExitCode.BAD_INPUT;
      }
      var version = found.get();
      output.result(
          client.deleteVersion(version.name(), version.version()),
          "deleted " + version.name() + "@" + version.version());
      return ExitCode.OK;
    }
  }

  private static String aliases(Map<String, Integer> aliases, int version) {
    return aliases.entrySet().stream()
        .filter(alias -> alias.getValue() == version)
        .map(Map.Entry::getKey)
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private static String shortened(String digest) {
    var hex = digest.startsWith("sha256:") ? digest.substring(7) : digest;
    return hex.length() > DIGITS_SHOWN ? hex.substring(0, DIGITS_SHOWN) : hex;
  }
}
