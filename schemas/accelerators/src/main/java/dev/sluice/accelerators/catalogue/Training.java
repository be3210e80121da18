package dev.sluice.accelerators.catalogue;

/**
 * Whether a device trains, which is a question of software: the arithmetic of inference chips would
 * often do.
 *
 * @param vendorSoftware whether the vendor ships software that trains on it
 * @param evidence what the answer rests on
 */
public record Training(VendorSoftware vendorSoftware, String evidence) {

  /** An answer about a vendor's software. */
  public enum VendorSoftware {
    /** There is such software. */
    YES,
    /** Looked for in the vendor's documentation, and not found. */
    NO,
    /** Neither documented nor excluded: nobody can count on it. */
    UNKNOWN
  }

  /** Whether work can be given to it. */
  boolean possible() {
    return switch (vendorSoftware) {
      case YES -> true;
      case NO, UNKNOWN -> false;
    };
  }
}
