package dev.sluice.platform.terminal;

import java.io.PrintWriter;

/**
 * A line at the bottom of a terminal that the next one overwrites. It must not wrap, or the
 * terminal scrolls: it is cut to the width at the start, and by the terminal itself (DECAWM) where
 * that was made narrower. Used by one thread.
 */
public final class LiveLine {

  private static final String BEGIN = "\r\u001b[K\u001b[?7l";
  private static final String END = "\u001b[?7h";

  private final PrintWriter err;
  private final int columns;
  private boolean shown;

  /**
   * @param err where to
   * @param columns of the terminal; 0: it is none, and each text is a line
   */
  public LiveLine(PrintWriter err, int columns) {
    this.err = err;
    this.columns = columns;
  }

  /** Whether it is overwritten, and may be shown often. */
  public boolean overwrites() {
    return columns > 0;
  }

  /** Shows a text in place of the one before. */
  public void show(String said) {
    var text = TerminalText.plain(said);
    err.print(overwrites() ? BEGIN + TerminalText.cut(text, columns - 1) + END : text + "\n");
    err.flush();
    shown = true;
  }

  /** Leaves the last text where it is; what comes next has a line of its own. */
  public void keep() {
    end("\n");
  }

  /** Takes the last text away. */
  public void erase() {
    end("\r\u001b[K");
  }

  private void end(String how) {
    if (shown && overwrites()) {
      err.print(how);
      err.flush();
    }
    shown = false;
  }
}
