package dev.sluice.producer.cli;

import dev.sluice.platform.cluster.Topics;
import dev.sluice.platform.config.ConfigProblem;
import dev.sluice.platform.process.StopDeadline;
import dev.sluice.producer.ProducerConfig;
import dev.sluice.producer.ProducerService;
import dev.sluice.producer.api.CauseView;
import dev.sluice.producer.http.HttpApi;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the producer until it is told to stop. */
@Command(
    name = "producer",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Run the producer: the HTTP API and the dashboard.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "2:the configuration is wrong, or the port is taken",
      "4:the brokers can't be reached or can't serve",
      "143:it was told to stop"
    })
public final class ProducerCommand implements Callable<Integer> {

  @Spec private CommandSpec spec = CommandSpec.create(); // set by picocli

  @Option(
      names = "--bootstrap-servers",
      required = true,
      paramLabel = "HOST:PORT",
      description = "Kafka brokers, comma-separated.")
  private String bootstrapServers = "";

  @Option(names = "--host", paramLabel = "ADDRESS", description = "Address to listen on.")
  private String host = "";

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Port to listen on; 0 takes a free one.")
  private String port = "";

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "Any setting of the producer; the README lists them. May be repeated.")
  private Map<String, String> settings = new TreeMap<>();

  @Option(names = "--json", description = "Print where it listens as a JSON document.")
  private boolean json;

  @Option(names = "--debug", description = "Print stack traces.")
  private boolean debug;

  @Override
  public Integer call() throws InterruptedException {
    var commandLine = spec.commandLine();
    var output = new Output(commandLine.getOut(), commandLine.getErr(), json);
    try {
      var service = ProducerService.start(ProducerConfig.of(given()));
      var stopped = new CountDownLatch(1);
      StopDeadline.onExit(
          () -> {
            service.close();
            stopped.countDown();
          });
      output.result(Map.of("uri", service.uri()), "The producer answers at " + service.uri() + ".");
      stopped.await();
      return StopDeadline.exitCode(ExitCode.OK.code());
    } catch (ConfigProblem e) {
      return fail(e, output, e.problems().stream().map(CauseView::of).toList());
    } catch (Topics.TopicsUnavailable e) {
      fail(e, output, e.problems().stream().map(CauseView::of).toList());
      return ExitCode.UNREACHABLE.code();
    } catch (HttpApi.ListenFailed e) {
      return fail(e, output, List.of());
    } catch (KafkaException e) {
      var why = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
      fail(
          e,
          output,
          List.of(
              CauseView.of(
                  new Cause(
                      Code.BROKERS_UNAVAILABLE,
                      "bootstrap-servers",
                      "The brokers at " + bootstrapServers + " can't be used.",
                      String.valueOf(why),
                      "Give --bootstrap-servers as host:port, and see that the brokers run."))));
      return ExitCode.UNREACHABLE.code();
    }
  }

  private Map<String, String> given() {
    var all = new TreeMap<>(settings);
    all.put("bootstrap-servers", bootstrapServers);
    if (!host.isEmpty()) {
      all.put("host", host);
    }
    if (!port.isEmpty()) {
      all.put("port", port);
    }
    return all;
  }

  private int fail(RuntimeException failure, Output output, List<CauseView> causes) {
    if (debug) {
      failure.printStackTrace(spec.commandLine().getErr());
    }
    output.error(
        CommandTrouble.NOT_STARTED,
        causes.isEmpty() ? String.valueOf(failure.getMessage()) : "The producer can't start.",
        causes);
    return ExitCode.BAD_INPUT.code();
  }
}
