package dev.sluice.producer.cli;

import static dev.sluice.platform.terminal.TextTable.left;
import static dev.sluice.platform.terminal.TextTable.right;

import dev.sluice.platform.terminal.TerminalText;
import dev.sluice.platform.terminal.TextTable;
import dev.sluice.producer.api.EvaluationView;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** What was measured of single classes, for people: those with most rows. */
final class EvaluationText {

  private static final int LISTED_MAX = 20;
  private static final int CONFUSED_MAX = 10;
  private static final int NAME_COLUMNS = 8;

  private EvaluationText() {}

  /**
   * A line for each class, and the confusion matrix.
   *
   * @param columns of the terminal; 0: none
   */
  static String of(EvaluationView evaluation, int columns) {
    var classes = evaluation.classes();
    var largest =
        IntStream.range(0, classes.size())
            .boxed()
            .sorted(Comparator.comparingLong(id -> -classes.get(id).rows()))
            .toList();
    return classes(evaluation, largest.stream().limit(LISTED_MAX).sorted().toList(), columns)
        + rest(classes.size(), LISTED_MAX, columns)
        + "\n"
        + TerminalText.paragraph("rows by label (line) and answer (column)", columns, 2)
        + confusion(evaluation, largest.stream().limit(CONFUSED_MAX).toList(), columns)
        + rest(classes.size(), CONFUSED_MAX, columns);
  }

  private static String rest(int classes, int most, int columns) {
    return classes <= most
        ? ""
        : TerminalText.paragraph(
            "(the " + most + " largest of " + Text.count(classes) + " classes)", columns, 1);
  }

  private static String classes(EvaluationView evaluation, List<Integer> ids, int columns) {
    var table =
        new TextTable(
            left("CLASS").least(NAME_COLUMNS),
            right("ROWS"),
            right("PRECISION").leaves(2),
            right("RECALL").leaves(3),
            right("F1"),
            right("AUC").leaves(1));
    for (int id : ids) {
      var one = evaluation.classes().get(id);
      table.row(
          one.name(),
          Text.count(one.rows()),
          share(one.precision()),
          share(one.recall()),
          share(one.f1()),
          one.auc() == null ? "-" : share(one.auc()));
    }
    return table.text(columns);
  }

  private static String confusion(EvaluationView evaluation, List<Integer> largest, int columns) {
    var ids = largest.stream().sorted().toList();
    var heads = new TextTable.Column[ids.size() + 1];
    heads[0] = left("").least(NAME_COLUMNS);
    for (int i = 0; i < ids.size(); i++) {
      var name = TerminalText.cut(evaluation.classes().get(ids.get(i)).name(), NAME_COLUMNS);
      // The largest classes stay.
      heads[i + 1] = right(name).leaves(ids.size() - largest.indexOf(ids.get(i)));
    }
    var table = new TextTable(heads);
    for (int label : ids) {
      var cells = new String[ids.size() + 1];
      cells[0] = evaluation.classes().get(label).name();
      for (int i = 0; i < ids.size(); i++) {
        cells[i + 1] = Text.count(evaluation.confusion().get(label).get(ids.get(i)));
      }
      table.row(cells);
    }
    return table.text(columns);
  }

  private static String share(double share) {
    return String.format(Locale.ROOT, "%.4f", share);
  }
}
