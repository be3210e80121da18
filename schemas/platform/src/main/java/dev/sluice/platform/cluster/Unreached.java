package dev.sluice.platform.cluster;

import dev.sluice.schemas.wire.Code;

/** What it means that an address has no broker to talk to. */
final class Unreached {

  private static final String BOOTSTRAP = "bootstrap-servers";

  private Unreached() {}

  /** Of an address that this process was given. */
  static Finding bootstrap(Greeting.Address address, Greeting.Found found) {
    return switch (found) {
      case Greeting.Answered _ -> throw new IllegalArgumentException(address + " answers");
      case Greeting.UnknownHost _ ->
          Finding.away(
              BOOTSTRAP,
              "There is no host " + address.host() + ".",
              "No name server and no hosts file of this machine knows it.",
              "Give --bootstrap-servers a host that can be resolved here.");
      case Greeting.Refused _ ->
          Finding.away(
              BOOTSTRAP,
              "Nothing listens at " + address + " (connection refused).",
              "",
              "Start the brokers, or give --bootstrap-servers their host:port.");
      case Greeting.Silent(var how) ->
          Finding.away(
              BOOTSTRAP,
              "The broker at " + address + " " + how + ".",
              "It hangs, or a firewall drops what is sent to it.",
              "Check that it runs and can be reached from here, and that --bootstrap-servers are"
                  + " right.");
      case Greeting.WantsTls _ ->
          Finding.setting(
              Code.BROKERS_UNFIT,
              BOOTSTRAP,
              "Who listens at " + address + " wants TLS.",
              "Sluice's clients use neither TLS nor SASL yet.",
              "Give --bootstrap-servers a listener of the kind PLAINTEXT.");
      case Greeting.HungUp _ ->
          Finding.setting(
              Code.BROKERS_UNFIT,
              BOOTSTRAP,
              "The broker at " + address + " hangs up when it is asked for its cluster.",
              "Its listener wants SASL, as a rule; Sluice's clients use neither TLS nor SASL yet.",
              "Give --bootstrap-servers a listener of the kind PLAINTEXT.");
      case Greeting.NotKafka(var said) ->
          Finding.setting(
              Code.BROKERS_UNFIT,
              BOOTSTRAP,
              "Who listens at " + address + " is no Kafka broker.",
              "To Kafka's first request it said "
                  + (said.equals("nothing") ? "nothing, and hung up" : "'" + said + "'")
                  + ".",
              "Give --bootstrap-servers the host:port of a broker's listener of the kind"
                  + " PLAINTEXT.");
    };
  }

  /** Of an address that a broker has told. */
  static Finding advertised(Greeting.Address address, Greeting.Found found) {
    var how =
        switch (found) {
          case Greeting.Answered _ -> throw new IllegalArgumentException(address + " answers");
          case Greeting.UnknownHost _ ->
              "there is no host " + address.host() + ": this machine can't resolve it";
          case Greeting.Refused _ -> "nothing listens there (connection refused)";
          case Greeting.Silent(var silence) -> "it " + silence;
          case Greeting.WantsTls _ -> "it wants TLS";
          case Greeting.HungUp _ -> "it hangs up, as where SASL is wanted";
          case Greeting.NotKafka _ -> "it is no Kafka broker";
        };
    return Finding.joining(
        "advertised.listeners",
        "A broker says that clients reach it at " + address + ", and " + how + ".",
        "Clients talk to the addresses that brokers tell them; --bootstrap-servers are only for the"
            + " first question.",
        "Set advertised.listeners of that broker to a host:port that reaches it from here.");
  }
}
