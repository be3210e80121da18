package dev.sluice.deploy.standalone;

import org.jspecify.annotations.Nullable;

/** A standalone cluster can't run. The message says what, why and how to mend it. */
public final class StandaloneException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StandaloneException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
