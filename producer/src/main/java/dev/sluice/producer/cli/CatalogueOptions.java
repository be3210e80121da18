package dev.sluice.producer.cli;

import dev.sluice.accelerators.catalogue.Catalogue;
import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.accelerators.catalogue.CatalogueResult;
import dev.sluice.producer.api.CauseView;
import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Which accelerator models a command knows. */
final class CatalogueOptions {

  @Option(
      names = "--catalogue",
      paramLabel = "FILE",
      description = {
        "A file of models of your own, or a directory of such files; may be repeated.",
        "Those of the environment's " + CatalogueFiles.ENVIRONMENT + " are read as well."
      })
  List<Path> files = new ArrayList<>();

  /** An option only so that its default can be the environment's. */
  @Option(
      names = "--environment-catalogue",
      hidden = true,
      defaultValue = "${env:" + CatalogueFiles.ENVIRONMENT + ":-}")
  String environment = "";

  /** The models that ship with Sluice and those of all files. */
  CatalogueResult load() {
    var all = new ArrayList<>(CatalogueFiles.paths(environment));
    all.addAll(files);
    return CatalogueFiles.load(all);
  }

  /** There is no model with this id. */
  static Cause unknown(String where, String id, Catalogue catalogue) {
    return new Cause(
        Code.NO_SUCH_ACCELERATOR,
        where,
        "There is no accelerator model '" + id + "'.",
        "The catalogue has " + catalogue.ids().size() + " others.",
        catalogue.nearest(id) + "`sluice accelerators` lists all.");
  }

  /** Tells everything that is wrong. */
  static ExitCode refuse(List<Cause> problems, Output output) {
    output.error(
        CommandTrouble.BAD_INPUT,
        Problems.heading(problems) + ".",
        problems.stream().map(CauseView::of).toList());
    return ExitCode.BAD_INPUT;
  }
}
