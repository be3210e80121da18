package dev.sluice.schemas.dataset;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The classes of a model: their names in output order, and which of them a label means. */
final class Classes {
  private final Map<String, Integer> ids = new HashMap<>();
  private final boolean numeric;

  Classes(List<String> names) {
    numeric = names.stream().allMatch(Numerals::isDecimal);
    for (String name : names) {
      ids.putIfAbsent(numeric ? canonical(name) : name, ids.size());
    }
  }

  /** Which class a label of a file means; {@link RowSet#UNKNOWN} if none. */
  int id(String label) {
    String name = numeric && Numerals.isDecimal(label) ? canonical(label) : label;
    return ids.getOrDefault(name, RowSet.UNKNOWN);
  }

  /**
   * The classes among some rows: by value if all labels are numbers, so that 3 and 3.0 are one
   * class; else by name.
   */
  static List<String> of(Table.Labels.Names labels, int[] rows) {
    boolean[] occurs = new boolean[labels.texts().size()];
    for (int row : rows) {
      if (labels.codes()[row] >= 0) {
        occurs[labels.codes()[row]] = true;
      }
    }
    List<String> texts = new ArrayList<>();
    for (int code = 0; code < occurs.length; code++) {
      if (occurs[code]) {
        texts.add(labels.texts().get(code));
      }
    }
    if (!texts.stream().allMatch(Numerals::isDecimal)) {
      return texts.stream().sorted().toList();
    }
    TreeSet<Double> values = new TreeSet<>(Comparator.naturalOrder());
    texts.forEach(text -> values.add(Numerals.value(text) + 0.0)); // -0 is 0
    return values.stream().map(Numerals::show).toList();
  }

  private static String canonical(String label) {
    return Numerals.show(Numerals.value(label) + 0.0);
  }
}
