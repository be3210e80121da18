package dev.sluice.deploy.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints every setting. */
@Command(
    name = "settings",
    mixinStandardHelpOptions = true,
    description = "List every setting of producer, coordinator and worker.")
public final class SettingsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "PROCESS",
      description = "Only those of producer, coordinator or worker.")
  private @Nullable String process;

  @Option(
      names = "--update",
      paramLabel = "FILE",
      hidden = true,
      description = "Write the tables into their places in a Markdown file.")
  private @Nullable Path file;

  @Override
  public Integer call() throws IOException {
    if (file != null) {
      Files.writeString(file, SettingsTables.update(Files.readString(file)));
      return 0;
    }
    var tables = SettingsTables.all();
    if (process != null && !tables.containsKey(process)) {
      throw new ParameterException(
          spec.commandLine(), "PROCESS is one of " + String.join(", ", tables.keySet()));
    }
    var out = spec.commandLine().getOut();
    for (var name : process == null ? List.copyOf(tables.keySet()) : List.of(process)) {
      out.println(name);
      out.println();
      out.println(tables.get(name));
    }
    out.flush();
    return 0;
  }
}
