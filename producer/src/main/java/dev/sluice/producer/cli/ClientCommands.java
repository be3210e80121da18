package dev.sluice.producer.cli;

import java.util.List;

/** The commands that this module gives to the {@code sluice} command line. */
public final class ClientCommands {

  /** Subcommands that talk to a server, in the order in which help lists them. */
  public static final List<Class<?>> ALL =
      List.of(
          SubmitCommand.class,
          JobCommands.Jobs.class,
          JobCommands.Job.class,
          JobCommands.Results.class,
          JobCommands.Cancel.class,
          FleetCommands.Lag.class,
          FleetCommands.Lanes.class,
          FleetCommands.Fleet.class,
          ModelsCommand.class,
          DeadLetterCommand.class);

  /** Subcommands that only answer from what they are given. */
  public static final List<Class<?>> WITHOUT_SERVER =
      List.of(AcceleratorsCommand.class, PredictCommand.class);

  private ClientCommands() {}
}
