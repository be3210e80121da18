package dev.sluice.deploy.settings;

import dev.sluice.platform.config.Settings;
import dev.sluice.platform.process.ServiceOutput;
import dev.sluice.platform.terminal.Facts;
import dev.sluice.platform.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints every setting. */
@Command(
    name = "settings",
    mixinStandardHelpOptions = true,
    description = "List every setting of producer, coordinator and worker.")
public final class SettingsCommand implements Callable<Integer> {
  private static final int NAME_COLUMNS = 24;

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

  @Option(names = "--json", description = "Print them as one JSON document.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    if (file != null) {
      Files.writeString(file, SettingsTables.update(Files.readString(file)));
      return 0;
    }
    var known = SettingsTables.configurations();
    if (process != null && !known.containsKey(process)) {
      throw new ParameterException(
          spec.commandLine(), "PROCESS is one of " + String.join(", ", known.keySet()));
    }
    if (process != null) {
      known.keySet().retainAll(List.of(process));
    }
    print(known);
    return 0;
  }

  private void print(Map<String, Class<? extends Record>> configurations) {
    var commandLine = spec.commandLine();
    if (json) {
      var document = new LinkedHashMap<String, Object>();
      configurations.forEach((name, type) -> document.put(name, Settings.rows(type)));
      new ServiceOutput(commandLine.getOut(), commandLine.getErr(), true).running(document);
      return;
    }
    var out = commandLine.getOut();
    configurations.forEach(
        (name, type) -> {
          out.println(name);
          out.println();
          int columns = Terminal.outputColumns();
          // A Markdown table has a line for each setting, however much is said of it.
          out.println(columns == 0 ? Settings.table(type) : facts(type, columns));
        });
    out.flush();
  }

  private static String facts(Class<? extends Record> type, int columns) {
    var facts = new Facts(2, NAME_COLUMNS, columns);
    for (var row : Settings.rows(type)) {
      var values =
          Stream.of(row.def(), row.unit(), row.bounds())
              .filter(value -> !value.isEmpty())
              .collect(Collectors.joining(", "));
      facts.line(row.name(), values).detail(row.meaning());
    }
    return facts.toString();
  }
}
