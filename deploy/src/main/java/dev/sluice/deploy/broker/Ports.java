package dev.sluice.deploy.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/**
 * TCP ports on the loopback interface.
 *
 * <p>Free ones are drawn from below the range that systems give to outgoing connections (32768 and
 * up): up there, a client that keeps reconnecting while the broker restarts could be given the
 * broker's own port.
 */
public final class Ports {
  private static final int FREE_MIN = 20_000;
  private static final int FREE_MAX = 32_000;
  private static final int DRAWS_MAX = 100;

  /** Largest number of a port. */
  public static final int MAX = 65_535;

  private Ports() {}

  /** Ports that were free a moment ago, all different. */
  public static List<Integer> free(int count) {
    var ports = new ArrayList<Integer>();
    while (ports.size() < count) {
      int port = freeBut(0);
      if (!ports.contains(port)) {
        ports.add(port);
      }
    }
    return ports;
  }

  /** A port that was free a moment ago, and is not {@code but}. */
  static int freeBut(int but) {
    for (int draws = 0; draws < DRAWS_MAX; draws++) {
      int port = ThreadLocalRandom.current().nextInt(FREE_MIN, FREE_MAX);
      if (port != but && isFree(port)) {
        return port;
      }
    }
    throw new BrokerStartException(
        String.format(
            Locale.ROOT,
            "no free port: %d drawn from %d to %d were all taken. Name a port that is free.",
            DRAWS_MAX,
            FREE_MIN,
            FREE_MAX));
  }

  /**
   * @throws BrokerStartException if there is no such port
   */
  static void requirePort(int port) {
    if (port < 0 || port > MAX) {
      throw new BrokerStartException(
          String.format(
              Locale.ROOT,
              "there is no port %d. Choose one from 1 to %d, or 0 for a free one.",
              port,
              MAX));
    }
  }

  /**
   * @throws BrokerStartException if something listens on {@code port}
   */
  public static void requireFree(int port) {
    try {
      bind(port);
    } catch (IOException e) {
      throw new BrokerStartException(
          String.format(
              Locale.ROOT,
              "port %d on %s is taken (%s). Stop the program that listens there, or choose another"
                  + " port.",
              port,
              BrokerSettings.HOST,
              e.getMessage()),
          e);
    }
  }

  private static boolean isFree(int port) {
    try {
      bind(port);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Listens and stops at once; like the broker's own socket it may reuse a port that lingers. */
  private static void bind(int port) throws IOException {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }
  }
}
