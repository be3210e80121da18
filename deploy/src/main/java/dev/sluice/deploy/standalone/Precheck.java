package dev.sluice.deploy.standalone;

import dev.sluice.coordinator.shell.CoordinatorConfig;
import dev.sluice.deploy.broker.Ports;
import dev.sluice.platform.config.ConfigProblem;
import dev.sluice.platform.config.Settings;
import dev.sluice.producer.ProducerConfig;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.worker.WorkerConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What can be found out about a cluster's options before any of its parts is started. Otherwise a
 * worker would find that its settings are wrong, again and again, in a cluster that seems to run.
 */
final class Precheck {
  /** No part connects before it is started. */
  private static final String NO_BROKER_YET = "127.0.0.1:1";

  private final StandaloneOptions options;
  private final LinkedHashSet<Cause> problems = new LinkedHashSet<>();

  private Precheck(StandaloneOptions options) {
    this.options = options;
  }

  /**
   * @throws ConfigProblem with everything that is wrong with the settings
   * @throws dev.sluice.deploy.broker.BrokerStartException where a port is taken
   */
  static void require(StandaloneOptions options) {
    var check = new Precheck(options);
    check.kafkaPort();
    check.settings(() -> coordinator(options, NO_BROKER_YET));
    check.settings(() -> producer(options, NO_BROKER_YET));
    for (var lane : options.lanes()) {
      check.settings(() -> WorkerConfig.of(worker(options, lane)));
    }
    check.workers();
    check.settings(() -> WorkerMemory.heap(options.workers()));
    if (!check.problems.isEmpty()) {
      throw new ConfigProblem(List.copyOf(check.problems));
    }
    check.freePorts();
  }

  static CoordinatorConfig coordinator(StandaloneOptions options, String bootstrapServers) {
    var given = new HashMap<>(options.coordinator());
    given.put("bootstrap-servers", bootstrapServers);
    return Settings.read(CoordinatorConfig.class, given);
  }

  static ProducerConfig producer(StandaloneOptions options, String bootstrapServers) {
    var given = new HashMap<>(options.producer());
    given.put("bootstrap-servers", bootstrapServers);
    given.put("port", String.valueOf(options.httpPort()));
    return Settings.read(ProducerConfig.class, given);
  }

  private static Map<String, String> worker(StandaloneOptions options, LaneWorkers lane) {
    var given = new HashMap<String, String>();
    given.put("lane", lane.lane());
    given.put("accelerator", lane.accelerator());
    given.putAll(options.worker());
    given.put("bootstrap-servers", NO_BROKER_YET);
    return given;
  }

  private void settings(Runnable reading) {
    try {
      reading.run();
    } catch (ConfigProblem e) {
      problems.addAll(e.problems());
    }
  }

  private void workers() {
    if (options.workers() > WorkerFleet.WORKERS_MAX) {
      problems.add(
          new Cause(
              Code.OUT_OF_RANGE,
              "workers",
              options.workers() + " workers are asked for, of all lanes together.",
              "One machine starts at most " + WorkerFleet.WORKERS_MAX + ".",
              "Ask for fewer."));
    }
    var names = options.lanes().stream().map(LaneWorkers::lane).toList();
    if (Set.copyOf(names).size() < names.size()) {
      problems.add(
          new Cause(
              Code.NAMED_TWICE,
              "lanes",
              "A lane is named twice: " + String.join(", ", names) + ".",
              "A lane has one accelerator model.",
              "Give each lane a name of its own."));
    }
  }

  private void kafkaPort() {
    int port = options.brokerPort();
    if (port < 0 || port > Ports.MAX) {
      port(Code.OUT_OF_RANGE, "There is no port " + port + ".");
    } else if (port != 0 && port == options.httpPort()) {
      port(Code.CONTRADICTION, "Port " + port + " is for the HTTP API already.");
    }
  }

  private void port(Code code, String what) {
    problems.add(
        new Cause(
            code,
            "--kafka-port",
            what,
            "",
            "Give --kafka-port another one from 1 to " + Ports.MAX + ", or 0 for a free one."));
  }

  private void freePorts() {
    var ports = new ArrayList<>(List.of(options.brokerPort()));
    // Another address than the loopback one is left to the server that listens there.
    if (!options.producer().containsKey("host")) {
      ports.add(options.httpPort());
    }
    ports.stream().filter(port -> port != 0).forEach(Ports::requireFree);
  }
}
