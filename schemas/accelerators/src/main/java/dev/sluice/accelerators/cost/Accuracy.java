package dev.sluice.accelerators.cost;

/** How much of the accuracy in single precision the answers have to keep, as MLPerf defines it. */
public enum Accuracy {
  /** 99 %, which well-made versions in 8-bit whole numbers keep. */
  USUAL,
  /**
   * 99.9 %, the names of which end in -99.9. Whole numbers are not taken to keep it; floating-point
   * numbers are, of 8 bits with a note.
   */
  HIGH
}
