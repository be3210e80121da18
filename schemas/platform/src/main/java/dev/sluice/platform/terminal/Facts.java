package dev.sluice.platform.terminal;

/** Lines of a label and a value each; a value that is longer than its line goes on below it. */
public final class Facts {

  /** Where a word does not fit beside the label, the value stands below, indented by so many. */
  private static final int BELOW = 2;

  /** Less room beside a label would make a tower of words. */
  private static final int BESIDE_MIN = 20;

  private final StringBuilder text = new StringBuilder();
  private final int indent;
  private final int labels;
  private final int terminal;

  /**
   * @param indent blanks before each line
   * @param labels columns for labels
   * @param terminal columns of the terminal, the last of which stays free; 0: none, and each fact
   *     has one line
   */
  public Facts(int indent, int labels, int terminal) {
    this.indent = indent;
    this.labels = labels;
    this.terminal = terminal;
  }

  /** Adds a fact; an empty label goes on with the fact above. */
  public Facts line(String label, String said) {
    var value = TerminalText.plain(said);
    int beside = terminal - 1 - indent - labels - 1;
    var head = " ".repeat(indent) + TerminalText.padded(label, labels, false);
    if (terminal <= 0 || TerminalText.width(value) <= beside) {
      text.append((head + " " + value).stripTrailing()).append('\n');
    } else if (longestWord(value) <= beside && beside >= BESIDE_MIN) {
      var lines = TerminalText.wrapped(value, beside);
      text.append(head).append(' ').append(lines.getFirst()).append('\n');
      below(lines.subList(1, lines.size()), indent + labels + 1);
    } else {
      if (!label.isEmpty()) {
        text.append(head.stripTrailing()).append('\n');
      }
      below(
          TerminalText.wrapped(value, Math.max(1, terminal - 1 - indent - BELOW)), indent + BELOW);
    }
    return this;
  }

  /** Adds what explains the fact above, further to the right. */
  public Facts detail(String said) {
    var value = TerminalText.plain(said);
    int beside = indent + labels + 1 + BELOW;
    int room = terminal - 1 - beside;
    boolean fits = terminal <= 0 || (longestWord(value) <= room && room >= BESIDE_MIN);
    int blanks = fits ? beside : indent + BELOW + BELOW;
    below(
        TerminalText.wrapped(value, terminal <= 0 ? 0 : Math.max(1, terminal - 1 - blanks)),
        blanks);
    return this;
  }

  private void below(Iterable<String> lines, int blanks) {
    lines.forEach(line -> text.append(" ".repeat(blanks)).append(line).append('\n'));
  }

  private static int longestWord(String value) {
    int longest = 0;
    for (var word : value.split(" ", -1)) {
      longest = Math.max(longest, TerminalText.width(word));
    }
    return longest;
  }

  /** Adds an empty line. */
  public Facts gap() {
    text.append('\n');
    return this;
  }

  /** All lines. */
  @Override
  public String toString() {
    return text.toString();
  }
}
