package dev.sluice.coordinator.ledger;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;

/**
 * Something holds no more that no record can change: the ledger itself is wrong. Whatever it would
 * decide from here on may be wrong too, so nothing is decided: the process ends, and what is stored
 * is as it was before. Never thrown for what a record says; that is {@link Credible}'s matter.
 */
public final class BrokenInvariant extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String invariant;
  private final String place;

  /**
   * @param invariant what should hold, in a few words
   */
  public BrokenInvariant(String invariant) {
    this(invariant, "");
  }

  private BrokenInvariant(String invariant, String place) {
    super(invariant);
    this.invariant = invariant;
    this.place = place;
  }

  /**
   * The same, with where it was found.
   *
   * @param record place of the record that was decided on
   */
  public BrokenInvariant at(String record) {
    var found = new BrokenInvariant(invariant, record);
    found.initCause(this);
    return found;
  }

  /** For people, and for programs. */
  public Cause told() {
    return new Cause(
        Code.DEFECT,
        place,
        "An invariant of the ledger is broken: " + invariant + ".",
        (place.isEmpty() ? "" : "It was found at " + place + ". ")
            + "Nothing of what follows was written: what is stored is as it was before.",
        "Report it with this text and the log; until it is mended, each coordinator that comes to"
            + " this record ends as well.");
  }

  /** What it was, in sentences. */
  @Override
  public String getMessage() {
    var told = told();
    return told.what() + " " + told.why() + " " + told.mend();
  }
}
