package dev.sluice.platform.terminal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A table with a header, as wide as its widest cells where there is room. Where there is none,
 * columns are cut as far as they may be, then those that are worth least are left out and named
 * below the table.
 */
public final class TextTable {

  private static final int GAP = 2;

  /** How a column behaves. */
  public static final class Column {
    private final String head;
    private final boolean right;
    private int least = Integer.MAX_VALUE;
    private int leaves = Integer.MAX_VALUE;
    private boolean middle;

    private Column(String head, boolean right) {
      this.head = head;
      this.right = right;
    }

    /** Cells may be cut to so many columns. */
    public Column least(int columns) {
      least = columns;
      return this;
    }

    /** Cells are cut in their middle: their ends tell them apart. */
    public Column middle() {
      middle = true;
      return this;
    }

    /** It may be left out, the lowest number first; without one it stays. */
    public Column leaves(int turn) {
      leaves = turn;
      return this;
    }
  }

  /** A column of words. */
  public static Column left(String head) {
    return new Column(head, false);
  }

  /** A column of figures. */
  public static Column right(String head) {
    return new Column(head, true);
  }

  private final List<Column> columns;
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * @param columns from left to right
   */
  public TextTable(Column... columns) {
    this.columns = List.of(columns);
    rows.add(this.columns.stream().map(column -> column.head).toList());
  }

  /** Adds a row, a cell for each column. */
  public TextTable row(String... cells) {
    rows.add(Arrays.stream(cells).map(TerminalText::plain).toList());
    return this;
  }

  /**
   * The table's lines.
   *
   * @param terminal columns of the terminal, the last of which stays free; 0: none, and the table
   *     is whole
   */
  public String text(int terminal) {
    int room = terminal <= 0 ? Integer.MAX_VALUE : Math.max(1, terminal - 1);
    var natural = new int[columns.size()];
    for (var row : rows) {
      for (int i = 0; i < natural.length; i++) {
        natural[i] = Math.max(natural[i], TerminalText.width(row.get(i)));
      }
    }
    var least = new int[natural.length];
    Arrays.setAll(
        least,
        i ->
            Math.min(
                natural[i],
                Math.max(columns.get(i).least, TerminalText.width(columns.get(i).head))));
    var shown = shown(least, room);
    var widths = widths(natural, least, shown, room);
    var text = new StringBuilder();
    for (var row : rows) {
      var line =
          shown.stream()
              .map(i -> cell(row.get(i), columns.get(i), widths[i]))
              .collect(Collectors.joining(" ".repeat(GAP)))
              .stripTrailing();
      text.append(TerminalText.cut(line, room)).append('\n');
    }
    return text.append(leftOut(shown, terminal)).toString();
  }

  private static String cell(String text, Column column, int width) {
    var fits = column.middle ? TerminalText.cutMiddle(text, width) : TerminalText.cut(text, width);
    return TerminalText.padded(fits, width, column.right);
  }

  /** The columns for which there is room, from left to right. */
  private List<Integer> shown(int[] least, int room) {
    var shown = IntStream.range(0, least.length).boxed().collect(Collectors.toList());
    while (taken(least, shown) > room) {
      int first = shown.stream().min(Comparator.comparingInt(i -> columns.get(i).leaves)).orElse(0);
      if (columns.get(first).leaves == Integer.MAX_VALUE) {
        break; // what may not leave is cut with its line
      }
      shown.removeIf(i -> i == first);
    }
    return shown;
  }

  private static long taken(int[] widths, List<Integer> shown) {
    return shown.stream().mapToLong(i -> widths[i]).sum() + (long) GAP * (shown.size() - 1);
  }

  /** What is free goes to the narrowest column that has been cut, again and again. */
  private static int[] widths(int[] natural, int[] least, List<Integer> shown, int room) {
    var widths = least.clone();
    for (long free = room - taken(widths, shown); free > 0; free--) {
      var narrowest =
          shown.stream()
              .filter(i -> widths[i] < natural[i])
              .min(Comparator.comparingInt(i -> widths[i]));
      if (narrowest.isEmpty()) {
        break;
      }
      widths[narrowest.get()]++;
    }
    return widths;
  }

  private String leftOut(List<Integer> shown, int terminal) {
    var names =
        IntStream.range(0, columns.size())
            .filter(i -> !shown.contains(i))
            .mapToObj(i -> columns.get(i).head)
            .collect(Collectors.joining(", "));
    return names.isEmpty()
        ? ""
        : TerminalText.paragraph("(no room for " + names + ")", terminal, 1);
  }
}
