package dev.sluice.deploy.quickstart;

import dev.sluice.platform.terminal.Terminal;
import dev.sluice.platform.terminal.TerminalText;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Locale;

/**
 * Standard error for people: lines that stay, and below them one that is overwritten. Safe for use
 * by several threads.
 */
final class Screen {
  private static final Duration PLAIN_PAUSE = Duration.ofSeconds(1);
  private static final int BAR_WIDTH = 20;
  private static final String ERASE = "\r\u001b[2K";
  private static final String DIM = "\u001b[2m";
  private static final String BOLD = "\u001b[1m";
  private static final String GREEN = "\u001b[32m";
  private static final String RED = "\u001b[31m";
  private static final String NORMAL = "\u001b[0m";

  private final PrintWriter err;
  private final int columns;
  private final boolean colours;
  private final boolean blocks;
  private String live = "";
  private long shownNanos = System.nanoTime() - PLAIN_PAUSE.toNanos();

  /**
   * @param err where to
   * @param columns width of the terminal; 0: it is none, and a line a second is printed
   * @param colours whether colours are welcome
   * @param charset of {@code err}
   */
  Screen(PrintWriter err, int columns, boolean colours, Charset charset) {
    this.err = err;
    this.columns = columns;
    this.colours = colours && columns > 0;
    this.blocks = charset.newEncoder().canEncode("━─✓✗·");
  }

  /** The screen of this process, as the launcher found it. */
  static Screen of(PrintWriter err) {
    return new Screen(
        err, Terminal.errorColumns(), System.getenv("NO_COLOR") == null, System.err.charset());
  }

  /** A line that stays. */
  synchronized void line(String text) {
    erase();
    err.println(text);
    err.print(visible(live));
    err.flush();
  }

  /** A step that went well. */
  void done(String name, String text, Duration took) {
    var seconds = String.format(Locale.ROOT, "%.1f s", took.toMillis() / 1000.0);
    line(
        " %s %-12s %s  %s"
            .formatted(paint(GREEN, blocks ? "✓" : "+"), name, text, paint(DIM, seconds)));
  }

  /** Something worth a look. */
  void warn(String text) {
    line(" %s %s".formatted(paint(RED, blocks ? "✗" : "!"), text));
  }

  /** Replaces the line that lives; where there is no terminal, prints it once a second. */
  synchronized void live(String text) {
    if (columns > 0) {
      live = text;
      err.print(ERASE + visible(text));
      err.flush();
    } else if (System.nanoTime() - shownNanos >= PLAIN_PAUSE.toNanos()) {
      shownNanos = System.nanoTime();
      err.println(text);
      err.flush();
    }
  }

  /** Takes the line that lives away. */
  synchronized void endLive() {
    erase();
    live = "";
    err.flush();
  }

  /**
   * A bar.
   *
   * @param fraction in [0, 1]
   */
  String bar(double fraction) {
    int full = (int) Math.round(Math.clamp(fraction, 0, 1) * BAR_WIDTH);
    return blocks
        ? "━".repeat(full) + "─".repeat(BAR_WIDTH - full)
        : "#".repeat(full) + "-".repeat(BAR_WIDTH - full);
  }

  String bold(String text) {
    return paint(BOLD, text);
  }

  String dim(String text) {
    return paint(DIM, text);
  }

  private String paint(String colour, String text) {
    return colours ? colour + text + NORMAL : text;
  }

  private void erase() {
    if (columns > 0 && !live.isEmpty()) {
      err.print(ERASE);
    }
  }

  /** A live line that is wider than the terminal could not be erased. */
  private String visible(String text) {
    return columns > 0 ? TerminalText.cut(text, columns - 1) : text;
  }
}
