package dev.sluice.producer.client;

import dev.sluice.producer.api.Problem;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Why a call of {@link SluiceClient} has no result. */
public sealed class SluiceException extends Exception {
  private static final long serialVersionUID = 1L;

  private SluiceException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** The server answered with a problem. */
  public static final class Refused extends SluiceException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    Refused(Problem problem) {
      super(problem.title() + ". " + problem.detail(), null);
      this.problem = problem;
    }

    /** What the server said. */
    public Problem problem() {
      return problem;
    }
  }

  /** No server answers there, or not as a Sluice server would. */
  public static final class Unreachable extends SluiceException {
    private static final long serialVersionUID = 1L;

    Unreachable(URI server, String why, @Nullable Throwable cause) {
      super("No Sluice server answers at " + server + ": " + why, cause);
    }
  }

  /** It took longer than the caller would wait. */
  public static final class TimedOut extends SluiceException {
    private static final long serialVersionUID = 1L;

    TimedOut(String what, Duration within) {
      super(what + " took longer than " + within.toSeconds() + " s.", null);
    }
  }
}
