package dev.sluice.planner.command;

import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.planner.CostForecaster;
import dev.sluice.planner.Plan;
import dev.sluice.planner.Planner;
import dev.sluice.platform.config.ConfigProblem;
import dev.sluice.platform.process.FileTrouble;
import dev.sluice.platform.process.ServiceOutput;
import dev.sluice.platform.process.Trouble;
import dev.sluice.platform.terminal.Terminal;
import dev.sluice.schemas.wire.Cause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Says what a fleet would make of a mix of jobs. It needs no server. */
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Simulate a fleet of accelerators under a mix of jobs, before either is there: what runs,"
          + " what can never run and why, when all is done, and the smallest change that mends what"
          + " doesn't work.",
      "All times and energies are modelled. Files of your own accelerators are those of the"
          + " environment's "
          + CatalogueFiles.ENVIRONMENT
          + "."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:planned",
      "1:planned, and some jobs can never run, or nobody can say for how long",
      "2:the command line or a file is wrong"
    })
public final class PlanCommand implements Callable<Integer> {

  private static final int NEVER = 1;
  private static final int BAD_INPUT = 2;

  @Spec private CommandSpec spec;

  @Option(
      names = "--fleet",
      paramLabel = "FLEET",
      description = "File that describes the fleet, or a preset.")
  private @Nullable String fleet;

  @Option(
      names = "--jobs",
      paramLabel = "MIX",
      description = "File that describes the jobs, or a preset.")
  private @Nullable String jobs;

  @Option(names = "--html", paramLabel = "FILE", description = "Also write a page with plots.")
  private @Nullable Path html;

  @Option(names = "--json", description = "Print one JSON document instead of text.")
  private boolean json;

  @Option(names = "--presets", description = "List the presets, and do nothing else.")
  private boolean presets;

  @Override
  public Integer call() {
    var commandLine = spec.commandLine();
    var output = new ServiceOutput(commandLine.getOut(), commandLine.getErr(), json);
    if (presets) {
      listPresets(output);
      return 0;
    }
    if (fleet == null || jobs == null) {
      throw new ParameterException(
          commandLine, "name a fleet and its jobs: --fleet FLEET --jobs MIX, or see --presets");
    }
    try {
      var catalogue = CatalogueFiles.ofEnvironment();
      var input = PlanInput.read(fleet, jobs, catalogue);
      var plan = new Planner(catalogue, new CostForecaster()).plan(input.fleet(), input.mix());
      if (html != null) {
        Files.writeString(html, PlanPage.of(plan));
      }
      show(plan, output);
      return plan.somethingNeverRuns() ? NEVER : 0;
    } catch (ConfigProblem e) {
      output.error(Trouble.BAD_INPUT, said(e.problems()), e.problems());
      return BAD_INPUT;
    } catch (IOException e) {
      output.error(
          Trouble.BAD_INPUT,
          "The page can't be written to "
              + html
              + ": "
              + FileTrouble.why(e, Path.of(String.valueOf(html)))
              + ".");
      return BAD_INPUT;
    }
  }

  private void show(Plan plan, ServiceOutput output) {
    if (json) {
      output.running(PlanJson.of(plan));
    } else {
      var out = spec.commandLine().getOut();
      out.print(PlanText.of(plan, Terminal.outputColumns()));
      out.flush();
    }
  }

  private void listPresets(ServiceOutput output) {
    if (json) {
      output.running(Map.of("fleets", Presets.FLEETS.names(), "mixes", Presets.MIXES.names()));
      return;
    }
    var out = spec.commandLine().getOut();
    out.println("Fleets: " + String.join(", ", Presets.FLEETS.names()));
    out.println("Job mixes: " + String.join(", ", Presets.MIXES.names()));
    out.flush();
  }

  private static String said(List<Cause> problems) {
    return problems.stream()
        .map(
            problem ->
                Stream.of(problem.where() + ":", problem.what(), problem.why(), problem.mend())
                    .filter(part -> !part.isBlank() && !part.equals(":"))
                    .collect(Collectors.joining(" ")))
        .collect(Collectors.joining("\n  ", problems.size() > 1 ? "several problems\n  " : "", ""));
  }
}
