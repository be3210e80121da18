package dev.sluice.producer.cli;

import dev.sluice.producer.api.CauseView;
import dev.sluice.schemas.accelerator.AcceleratorModel;
import dev.sluice.schemas.accelerator.Catalogue;
import dev.sluice.schemas.accelerator.CatalogueFiles;
import dev.sluice.schemas.accelerator.CatalogueResult;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Fault;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows the catalogue of accelerator models. It needs no server. */
@Command(
    name = "accelerators",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "List accelerator models, or show one with every figure and its source.",
      "Rates are dense, in TFLOPS or, for INT8, TOPS. A question mark stands for a format that is"
          + " accepted at a rate that isn't published, a dash for what isn't published at all."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:all went well", "2:there is no such model, or a catalogue file is wrong"})
final class AcceleratorsCommand implements Callable<Integer> {

  @Spec CommandSpec spec = CommandSpec.create(); // set by picocli

  @Parameters(arity = "0..1", paramLabel = "ID", description = "The model to show.")
  @Nullable String id;

  @Option(
      names = "--catalogue",
      paramLabel = "FILE",
      description = {
        "A file of models of your own, or a directory of such files; may be repeated.",
        "Those of the environment's " + CatalogueFiles.ENVIRONMENT + " are read as well."
      })
  List<Path> files = new ArrayList<>();

  @Option(names = "--json", description = "Print one JSON document instead of text.")
  boolean json;

  /** An option only so that its default can be the environment's. */
  @Option(
      names = "--environment-catalogue",
      hidden = true,
      defaultValue = "${env:" + CatalogueFiles.ENVIRONMENT + ":-}")
  String environment = "";

  @Override
  public Integer call() {
    var output = new Output(spec.commandLine().getOut(), spec.commandLine().getErr(), json);
    var all = new ArrayList<>(CatalogueFiles.paths(environment));
    all.addAll(files);
    var code =
        switch (Catalogue.load(all)) {
          case CatalogueResult.Sound(var catalogue) -> show(catalogue, output);
          case CatalogueResult.Invalid(var problems) -> refuse(problems, output);
        };
    return code.code();
  }

  private ExitCode show(Catalogue catalogue, Output output) {
    if (id == null) {
      output.result(
          Map.of("accelerators", catalogue.all().stream().map(AcceleratorJson::of).toList()),
          AcceleratorText.table(catalogue.all()));
      return ExitCode.OK;
    }
    var model = catalogue.find(id);
    return model.isPresent() ? show(model.get(), output) : refuse(unknown(id, catalogue), output);
  }

  private static ExitCode show(AcceleratorModel model, Output output) {
    output.result(AcceleratorJson.of(model), AcceleratorText.details(model));
    return ExitCode.OK;
  }

  private static List<Cause> unknown(String id, Catalogue catalogue) {
    return List.of(
        new Cause(
            Fault.BAD_INPUT,
            "ID",
            "There is no accelerator model '" + id + "'.",
            "The catalogue has " + catalogue.ids().size() + " others.",
            catalogue.nearest(id) + "`sluice accelerators` lists all."));
  }

  private static ExitCode refuse(List<Cause> problems, Output output) {
    output.error(
        Trouble.BAD_INPUT,
        problems.size() == 1
            ? "There is a problem."
            : "There are " + problems.size() + " problems.",
        problems.stream().map(CauseView::of).toList());
    return ExitCode.BAD_INPUT;
  }
}
