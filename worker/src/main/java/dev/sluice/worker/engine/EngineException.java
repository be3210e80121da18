package dev.sluice.worker.engine;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;

/** An engine refused a model or failed on it; the cause says whose move it is. */
public final class EngineException extends Exception {
  private final transient Cause reason;

  /**
   * Wraps a cause.
   *
   * @param reason what, why and how to mend it
   */
  public EngineException(Cause reason) {
    super(reason.what() + (reason.why().isEmpty() ? "" : ": " + reason.why()));
    this.reason = reason;
  }

  /**
   * Wraps a cause.
   *
   * @param reason what, why and how to mend it
   * @param from what showed it
   */
  public EngineException(Cause reason, Throwable from) {
    super(reason.what() + (reason.why().isEmpty() ? "" : ": " + reason.why()), from);
    this.reason = reason;
  }

  static EngineException badInput(Code code, String where, String what, String why, String mend) {
    return new EngineException(new Cause(code, where, what, why, mend));
  }

  /** What, why and how to mend it, for the job's report. */
  public Cause reason() {
    return reason;
  }
}
