package dev.sluice.coordinator.shell;

import dev.sluice.schemas.config.ConfigProblem;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.process.ServiceOutput;
import dev.sluice.schemas.process.StopDeadline;
import dev.sluice.schemas.process.Trouble;
import dev.sluice.schemas.topics.Topics;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a coordinator until it is stopped. */
@Command(
    name = "coordinator",
    mixinStandardHelpOptions = true,
    description = "Runs a coordinator: it admits and places jobs and folds gradients.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "1:it could not go on; its log says why",
      "2:a setting is wrong",
      "4:the brokers can't be reached or can't serve, or topics have changed",
      "143:it was told to stop"
    })
public final class CoordinatorCommand implements Callable<Integer> {

  private static final int FAILED = 1;
  private static final int BAD_USAGE = 2;
  private static final int UNREACHABLE = 4;

  @Spec private CommandSpec spec;

  @Option(
      names = "--bootstrap-servers",
      required = true,
      paramLabel = "HOST:PORT",
      description = "Brokers, comma-separated.")
  private String bootstrapServers;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "A setting from the table in README.md; may be given several times.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(names = "--json", description = "Print what runs, or what is wrong, as a JSON document.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    var given = new LinkedHashMap<>(settings);
    given.put("bootstrap-servers", bootstrapServers);
    var commandLine = spec.commandLine();
    var output = new ServiceOutput(commandLine.getOut(), commandLine.getErr(), json);
    try (var service = CoordinatorService.start(Settings.read(CoordinatorConfig.class, given))) {
      StopDeadline.onExit(service::close);
      output.running(
          Map.of("bootstrapServers", bootstrapServers, "pid", ProcessHandle.current().pid()));
      service.awaitFailure();
      var unfit = service.unfit();
      if (unfit.isPresent()) {
        throw unfit.get();
      }
      return FAILED;
    } catch (ConfigProblem e) {
      output.error(e);
      return BAD_USAGE;
    } catch (Topics.TopicsUnavailable e) {
      output.error(Trouble.NOT_STARTED, String.valueOf(e.getMessage()), e.problems());
      return UNREACHABLE;
    } catch (KafkaException e) {
      output.unreachable(bootstrapServers, e);
      return UNREACHABLE;
    }
  }
}
