package dev.sluice.coordinator.shell.audit;

import dev.sluice.schemas.wire.Cause;

/** There is nothing to audit: what was asked for does not exist, or not in this cluster. */
final class AuditProblem extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Cause cause;

  AuditProblem(Cause cause) {
    super(cause.what() + " " + cause.why() + " " + cause.mend());
    this.cause = cause;
  }

  Cause problem() {
    return cause;
  }
}
