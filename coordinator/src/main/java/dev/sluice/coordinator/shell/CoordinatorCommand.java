package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.ledger.BrokenInvariant;
import dev.sluice.platform.cluster.Topics;
import dev.sluice.platform.config.ConfigProblem;
import dev.sluice.platform.config.Settings;
import dev.sluice.platform.process.ServiceOutput;
import dev.sluice.platform.process.StopDeadline;
import dev.sluice.platform.process.Trouble;
import java.util.LinkedHashMap;
import java.util.List;
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
      "70:an invariant is broken, which is a defect; what is stored is as it was before",
      "143:it was told to stop"
    })
public final class CoordinatorCommand implements Callable<Integer> {

  static final int FAILED = 1;
  private static final int BAD_USAGE = 2;
  private static final int UNREACHABLE = 4;

  /** EX_SOFTWARE of sysexits.h. */
  static final int BROKEN_INVARIANT = 70;

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
      var why = service.awaitFailure();
      var unfit = service.unfit();
      if (unfit.isPresent()) {
        throw unfit.get();
      }
      return failed(why, output);
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

  /**
   * Exit code of a process that could not go on; the log says why, and so does it where it must.
   */
  static int failed(Throwable why, ServiceOutput output) {
    if (why instanceof BrokenInvariant broken) {
      output.error(Trouble.FAILED, broken.getMessage(), List.of(broken.told()));
      return BROKEN_INVARIANT;
    }
    return FAILED;
  }
}
