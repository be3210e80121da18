package dev.sluice.producer.cli;

import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.Catalogue;
import dev.sluice.accelerators.catalogue.CatalogueResult;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

  @Mixin CatalogueOptions catalogues = new CatalogueOptions();

  @Option(names = "--json", description = "Print one JSON document instead of text.")
  boolean json;

  @Override
  public Integer call() {
    var output = new Output(spec.commandLine().getOut(), spec.commandLine().getErr(), json);
    var code =
        switch (catalogues.load()) {
          case CatalogueResult.Sound(var catalogue) -> show(catalogue, output);
          case CatalogueResult.Invalid(var problems) -> CatalogueOptions.refuse(problems, output);
        };
    return code.code();
  }

  private ExitCode show(Catalogue catalogue, Output output) {
    if (id == null) {
      output.result(
          Map.of("accelerators", catalogue.all().stream().map(AcceleratorJson::of).toList()),
          AcceleratorText.table(catalogue.all(), output.columns()));
      return ExitCode.OK;
    }
    var model = catalogue.find(id);
    return model.isPresent()
        ? show(model.get(), output)
        : CatalogueOptions.refuse(List.of(CatalogueOptions.unknown("ID", id, catalogue)), output);
  }

  private static ExitCode show(AcceleratorModel model, Output output) {
    output.result(AcceleratorJson.of(model), AcceleratorText.details(model, output.columns()));
    return ExitCode.OK;
  }
}
