package dev.sluice.worker.natives;

import org.jspecify.annotations.Nullable;

/** The native libraries can't be used. The message says what, why and how to mend it. */
public final class NativesUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NativesUnavailable(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
