package dev.sluice.chaos;

import dev.sluice.chaos.PlannedFault.Kind;
import dev.sluice.deploy.broker.BrokerSettings.Node;
import dev.sluice.deploy.broker.Ports;
import dev.sluice.deploy.standalone.JavaCommand;
import dev.sluice.platform.kafka.KafkaSettings;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;

/** The processes of a cluster on this machine. */
final class LocalCluster implements AutoCloseable {
  static final String LANE = "cpu";

  private static final String HOST = "127.0.0.1";

  /** Small tasks, so that there are many to lose. */
  private static final String ROWS_PER_TASK = "rows-per-task=32";

  private static final String ROWS_PER_TASK_MAX = "rows-per-task-max=32";

  private final Path directory;
  private final List<Node> nodes;
  private final List<URI> servers;
  private final List<Member> members = new ArrayList<>();

  /**
   * Makes processes that do not run yet.
   *
   * @param directory for their data and logs
   * @param size how many of each
   */
  LocalCluster(Path directory, Size size) {
    this.directory = directory;
    var ports = Ports.free(2 * size.brokers + size.producers);
    nodes =
        IntStream.range(0, size.brokers)
            .mapToObj(i -> new Node(i + 1, ports.get(2 * i), ports.get(2 * i + 1)))
            .toList();
    servers =
        ports.subList(2 * size.brokers, ports.size()).stream()
            .map(port -> URI.create("http://" + HOST + ":" + port))
            .toList();
    var cluster = Uuid.randomUuid().toString();
    for (int i = 0; i < size.brokers; i++) {
      int index = i;
      var data = directory.resolve("broker-" + (i + 1));
      add(Kind.BROKER, i + 1, "512m", _ -> Tethered.broker(data, cluster, index, nodes));
    }
    var to = bootstrapServers();
    for (int i = 1; i <= size.coordinators; i++) {
      add(
          Kind.COORDINATOR,
          i,
          "768m",
          _ ->
              List.of(
                  "coordinator",
                  "--bootstrap-servers",
                  to,
                  "--set",
                  ROWS_PER_TASK,
                  "--set",
                  ROWS_PER_TASK_MAX));
    }
    for (int i = 1; i <= size.producers; i++) {
      var port = String.valueOf(servers.get(i - 1).getPort());
      add(
          Kind.PRODUCER,
          i,
          "384m",
          _ -> List.of("producer", "--bootstrap-servers", to, "--port", port));
    }
    for (int i = 1; i <= size.workers; i++) {
      add(
          Kind.WORKER,
          i,
          "768m",
          id -> List.of("worker", "--bootstrap-servers", to, "--lane", LANE, "--id", id));
    }
  }

  /**
   * How many processes there are.
   *
   * @param brokers of Kafka, each a controller as well
   * @param coordinators of Sluice
   * @param producers of Sluice
   * @param workers of Sluice, in one lane
   */
  record Size(int brokers, int coordinators, int producers, int workers) {}

  private void add(Kind kind, int number, String heap, Function<String, List<String>> arguments) {
    var java = new JavaCommand(heap, directory.resolve("tmp"), true);
    var log = directory.resolve(kind.word() + "-" + number + ".log");
    members.add(new Member(kind, number, java, log, arguments));
  }

  /** Every process. */
  List<Member> all() {
    return List.copyOf(members);
  }

  /** Processes of a kind. */
  List<Member> of(Kind kind) {
    return members.stream().filter(member -> member.kind() == kind).toList();
  }

  /** Processes of a kind that are neither dead nor stopped. */
  List<Member> up(Kind kind) {
    return of(kind).stream().filter(member -> member.state() == Member.State.UP).toList();
  }

  /** Where the producers answer. */
  List<URI> servers() {
    return servers;
  }

  /** The brokers as Kafka names them. */
  List<Node> nodes() {
    return nodes;
  }

  /** The node id of a broker. */
  int node(Member broker) {
    return nodes.get(of(Kind.BROKER).indexOf(broker)).id();
  }

  KafkaSettings kafka() {
    return KafkaSettings.of(bootstrapServers());
  }

  private String bootstrapServers() {
    return nodes.stream().map(node -> HOST + ":" + node.port()).collect(Collectors.joining(","));
  }

  /** Ends every process at once. */
  @Override
  public void close() {
    for (var member : members.reversed()) {
      if (member.state() != Member.State.DOWN) {
        member.kill();
      }
    }
  }
}
