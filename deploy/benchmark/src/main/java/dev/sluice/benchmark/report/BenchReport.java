package dev.sluice.benchmark.report;

import static dev.sluice.platform.terminal.TextTable.left;
import static dev.sluice.platform.terminal.TextTable.right;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.platform.terminal.Facts;
import dev.sluice.platform.terminal.TerminalText;
import dev.sluice.platform.terminal.TextTable;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a run found: the document of {@code --json}.
 *
 * @param taken when, as ISO 8601 says it
 * @param version of Sluice
 * @param machine where
 * @param seconds how long the run took
 * @param sections what each section found
 */
public record BenchReport(
    String taken, String version, Machine machine, double seconds, List<SectionFigures> sections) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int INDENT = 2;
  private static final int LABELS = 10;

  public BenchReport {
    sections = List.copyOf(sections);
  }

  /** Whether a figure is missing that should be there. */
  public boolean failed() {
    return sections.stream().anyMatch(SectionFigures::failed);
  }

  /** For programs. */
  public String json() {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("strings, numbers and lists are not JSON", e);
    }
  }

  /**
   * For people.
   *
   * @param columns of the terminal; 0: none
   */
  public String text(int columns) {
    var text = new StringBuilder();
    var head = new Facts(0, LABELS, columns);
    head.line("taken", taken + ", within " + String.format(Locale.ROOT, "%.0f s", seconds));
    head.line("sluice", version);
    head.line("on", machine.text());
    head.line("ratio", "the figure divided by its limit or peer, which was taken in this run");
    text.append(head);
    for (var section : sections) {
      text.append(String.format(Locale.ROOT, "%n%s: %s%n", section.section(), section.title()));
      text.append(table(section, columns));
      for (var row : section.rows()) {
        if (!row.note().isEmpty()) {
          text.append(TerminalText.paragraph(row.what() + ": " + row.note(), columns, INDENT));
        }
      }
    }
    return text.toString();
  }

  private static String table(SectionFigures section, int columns) {
    var table =
        new TextTable(
            left("FIGURE").least(20),
            right("VALUE"),
            left("UNIT").least(6),
            left("BESIDE").least(12),
            right("ITS VALUE").leaves(1),
            right("RATIO"));
    for (var row : section.rows()) {
      var value = number(row.value());
      if (row.against().isEmpty()) {
        table.row(row.what(), value, row.unit(), "", "", "");
      }
      boolean first = true;
      for (var against : row.against()) {
        table.row(
            first ? row.what() : "",
            first ? value : "",
            first ? row.unit() : "",
            against.why().isEmpty() ? against.name() : against.name() + ": " + against.why(),
            number(against.reference()),
            ratio(against.ratio()));
        first = false;
      }
    }
    return table.text(columns);
  }

  /** Three digits that count, and no power of ten. */
  static String number(@Nullable Double value) {
    if (value == null) {
      return "-";
    }
    double size = Math.abs(value);
    var format = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
    return String.format(Locale.ROOT, format, value);
  }

  /** Two digits that count. */
  static String ratio(@Nullable Double ratio) {
    if (ratio == null) {
      return "-";
    }
    var format =
        ratio >= 10
            ? "%.0f"
            : ratio >= 1 ? "%.1f" : ratio >= 0.1 ? "%.2f" : ratio >= 0.01 ? "%.3f" : "%.5f";
    return String.format(Locale.ROOT, format, ratio);
  }
}
