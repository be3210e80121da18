package dev.sluice.deploy.quickstart;

import dev.sluice.producer.cli.ExitCode;

/** The quickstart can't go on. The message says what, why and how to mend it. */
final class QuickstartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ExitCode exitCode;

  QuickstartException(ExitCode exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  ExitCode exitCode() {
    return exitCode;
  }
}
