package dev.sluice.platform.terminal;

import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * The columns that a text takes at a terminal: two for a wide character such as 数, none for a mark
 * that goes on the one before it. This is what most terminals do; Unicode's UAX #11 calls for it.
 */
public final class TerminalText {

  private static final String ELLIPSIS = "…";

  private static final Set<UnicodeScript> WIDE_SCRIPTS =
      EnumSet.of(
          UnicodeScript.HAN,
          UnicodeScript.HIRAGANA,
          UnicodeScript.KATAKANA,
          UnicodeScript.HANGUL,
          UnicodeScript.BOPOMOFO,
          UnicodeScript.YI);

  private TerminalText() {}

  /** Columns that a text takes. */
  public static int width(String text) {
    return text.codePoints().map(TerminalText::width).sum();
  }

  private static int width(int c) {
    boolean marks =
        switch (Character.getType(c)) {
          case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> true;
          default -> c >= 0x1160 && c <= 0x11ff; // the later parts of a Hangul syllable
        };
    if (marks) {
      return 0;
    }
    boolean halfwidth = c >= 0xff61 && c <= 0xffdc;
    boolean fullwidth = (c >= 0xff01 && c <= 0xff60) || (c >= 0xffe0 && c <= 0xffe6);
    boolean punctuation = c >= 0x3000 && c <= 0x303e;
    return fullwidth
            || punctuation
            || Character.isEmojiPresentation(c)
            || (!halfwidth && WIDE_SCRIPTS.contains(UnicodeScript.of(c)))
        ? 2
        : 1;
  }

  /** A text with nothing in it that would move the cursor, or make the terminal do as it says. */
  static String plain(String text) {
    return text.codePoints().noneMatch(TerminalText::moves)
        ? text
        : without(text, TerminalText::moves);
  }

  private static String without(String text, IntPredicate which) {
    return text.codePoints()
        .map(c -> which.test(c) ? ' ' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static boolean moves(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
      default -> false;
    };
  }

  /** A text in at most so many columns; where something is left out, an ellipsis ends it. */
  public static String cut(String text, int columns) {
    return width(text) <= columns ? text : begin(text, columns - 1) + ELLIPSIS;
  }

  /** The same, but the end, which tells more in names with a number, stays. */
  static String cutMiddle(String text, int columns) {
    if (width(text) <= columns) {
      return text;
    }
    int end = (columns - 1) / 2;
    return begin(text, columns - 1 - end) + ELLIPSIS + end(text, end);
  }

  /** As much of the beginning as fits so many columns. */
  public static String begin(String text, int columns) {
    int taken = 0;
    int at = 0;
    while (at < text.length()) {
      int c = text.codePointAt(at);
      taken += width(c);
      if (taken > columns) {
        break;
      }
      at += Character.charCount(c);
    }
    return text.substring(0, at);
  }

  private static String end(String text, int columns) {
    int taken = 0;
    int at = text.length();
    while (at > 0) {
      int c = text.codePointBefore(at);
      taken += width(c);
      if (taken > columns) {
        break;
      }
      at -= Character.charCount(c);
    }
    return text.substring(at);
  }

  /** A text with blanks at its end, or its beginning, up to so many columns. */
  static String padded(String text, int columns, boolean right) {
    var blanks = " ".repeat(Math.max(0, columns - width(text)));
    return right ? blanks + text : text + blanks;
  }

  /**
   * A text in lines of at most so many columns, broken at spaces; a long word overhangs.
   *
   * @param columns 0: one line
   */
  public static List<String> wrapped(String text, int columns) {
    if (columns <= 0 || width(text) <= columns) {
      return List.of(text);
    }
    var lines = new ArrayList<String>();
    var line = new StringBuilder();
    for (var word : text.split(" ", -1)) {
      if (!line.isEmpty() && width(line.toString()) + 1 + width(word) > columns) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  /**
   * A paragraph whose lines after the first are indented.
   *
   * @param said may begin with blanks of its own; it may quote what anybody has written
   * @param columns of the terminal; 0: none, and it is one line
   * @param indent blanks before every line but the first
   */
  public static String paragraph(String said, int columns, int indent) {
    var text = without(said, c -> moves(c) && c != '\n');
    if (columns <= 0 || width(text) < columns) {
      return text + "\n";
    }
    var body = text.stripLeading();
    var lines = wrapped(body, Math.max(1, columns - 1 - indent));
    var blanks = text.substring(0, text.length() - body.length());
    return blanks + String.join("\n" + " ".repeat(indent), lines) + "\n";
  }
}
