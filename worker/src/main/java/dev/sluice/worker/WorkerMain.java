package dev.sluice.worker;

import java.util.Locale;
import picocli.CommandLine;

/** Runs a worker as a process of its own. */
public final class WorkerMain {

  private WorkerMain() {}

  /** Exit codes: 0 stopped, 1 failed, 2 wrong usage, 4 brokers not usable. */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT); // libraries write and read numbers the same everywhere
    System.exit(new CommandLine(new WorkerCommand()).execute(args));
  }
}
