package dev.sluice.platform.terminal;

/**
 * The terminal, as the launcher found it: a JVM can't tell one stream's width, nor whether it is a
 * terminal.
 */
public final class Terminal {

  private Terminal() {}

  /** Columns of standard output; 0 where it is no terminal, and text goes there whole. */
  public static int outputColumns() {
    return Integer.getInteger("sluice.columns.out", 0);
  }

  /** Columns of standard error; 0 where it is no terminal. */
  public static int errorColumns() {
    return Integer.getInteger("sluice.columns.err", 0);
  }
}
