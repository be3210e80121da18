package dev.sluice.platform.cluster;

import dev.sluice.platform.config.ConfigProblem;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Brokers' addresses as people write them. */
final class BootstrapServers {

  private static final int PORT_MAX = 65_535;

  /** A name, or an IPv6 address with or without brackets, as Kafka's clients take it. */
  private static final Pattern ADDRESS =
      Pattern.compile("(?:\\[([0-9A-Za-z:.%]+)]|([0-9A-Za-z._:%-]+)):([0-9]{1,5})");

  private BootstrapServers() {}

  /**
   * The addresses of a list with commas between them.
   *
   * @throws ConfigProblem with each that is none: no broker will ever answer there
   */
  static List<Greeting.Address> parse(String list) {
    var all = new ArrayList<Greeting.Address>();
    var problems = new ArrayList<Cause>();
    for (var part : list.split(",", -1)) {
      if (!part.isBlank()) {
        address(part.strip()).ifPresentOrElse(all::add, () -> problems.add(problem(part.strip())));
      }
    }
    if (all.isEmpty() && problems.isEmpty()) {
      problems.add(problem(list));
    }
    if (!problems.isEmpty()) {
      throw new ConfigProblem(problems);
    }
    return all;
  }

  private static Optional<Greeting.Address> address(String part) {
    var match = ADDRESS.matcher(part);
    if (!match.matches()) {
      return Optional.empty();
    }
    int port = Integer.parseInt(match.group(3));
    var host = match.group(1) == null ? match.group(2) : match.group(1);
    return port < 1 || port > PORT_MAX
        ? Optional.empty()
        : Optional.of(new Greeting.Address(host, port));
  }

  private static Cause problem(String part) {
    return new Cause(
        Code.INVALID_VALUE,
        "bootstrap-servers",
        "'" + part + "' names no broker.",
        "An address is a host, a colon and a port from 1 to " + PORT_MAX + ", without a scheme.",
        "Give --bootstrap-servers as host:port, several with commas between them.");
  }
}
