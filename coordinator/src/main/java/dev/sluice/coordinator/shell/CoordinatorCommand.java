package dev.sluice.coordinator.shell;

import dev.sluice.schemas.config.ConfigProblem;
import dev.sluice.schemas.config.Settings;
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
    description = "Runs a coordinator: it admits and places jobs and folds gradients.")
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

  @Override
  public Integer call() throws InterruptedException {
    var given = new LinkedHashMap<>(settings);
    given.put("bootstrap-servers", bootstrapServers);
    var err = spec.commandLine().getErr();
    try (var service = CoordinatorService.start(Settings.read(CoordinatorConfig.class, given))) {
      Runtime.getRuntime().addShutdownHook(new Thread(service::close, "stop"));
      service.awaitFailure();
      return FAILED;
    } catch (ConfigProblem e) {
      err.println(e.getMessage());
      return BAD_USAGE;
    } catch (Topics.TopicsUnavailable e) {
      err.println(e.getMessage());
      return UNREACHABLE;
    } catch (KafkaException e) {
      err.println("The brokers at " + bootstrapServers + " can't be used: " + e.getMessage());
      return UNREACHABLE;
    }
  }
}
