package dev.sluice.chaos;

import dev.sluice.deploy.Sluice;
import dev.sluice.deploy.broker.BrokerSettings.Node;
import dev.sluice.deploy.broker.ClusterBroker;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A process of a cluster that ends when its standard input does: with the campaign, however that
 * ends. Runs a broker, or any command of {@code sluice}.
 */
public final class Tethered {
  static final String BROKER = "broker";

  /** As a process that is killed. */
  private static final int EXIT_CUT = 137;

  private Tethered() {}

  /**
   * @param arguments {@code broker DIRECTORY CLUSTER INDEX ID:PORT:CONTROLLER_PORT...}, or a
   *     command of {@code sluice} with its arguments
   */
  public static void main(String[] arguments) {
    Locale.setDefault(Locale.ROOT); // for the broker, as Sluice does
    Thread.ofPlatform().name("tether").daemon().start(() -> endWith(System.in));
    if (arguments.length > 0 && arguments[0].equals(BROKER)) {
      runBroker(Arrays.asList(arguments));
    } else {
      Sluice.main(arguments);
    }
  }

  /** The arguments of a broker. */
  static List<String> broker(Path directory, String cluster, int index, List<Node> nodes) {
    var arguments = new ArrayList<String>();
    arguments.addAll(List.of(BROKER, directory.toString(), cluster, String.valueOf(index)));
    for (var node : nodes) {
      arguments.add(node.id() + ":" + node.port() + ":" + node.controllerPort());
    }
    return arguments;
  }

  private static void runBroker(List<String> arguments) {
    var nodes = arguments.subList(4, arguments.size()).stream().map(Tethered::node).toList();
    int index = Integer.parseInt(arguments.get(3));
    ClusterBroker.run(Path.of(arguments.get(1)), nodes.get(index), nodes, arguments.get(2));
  }

  private static Node node(String text) {
    var parts = text.split(":", -1);
    return new Node(
        Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
  }

  private static void endWith(InputStream in) {
    try {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // Gone is gone.
    }
    Runtime.getRuntime().halt(EXIT_CUT);
  }
}
