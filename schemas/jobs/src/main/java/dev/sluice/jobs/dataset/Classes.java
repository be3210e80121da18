package dev.sluice.jobs.dataset;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The classes of a model: their names in output order, and which of them a label means.
 *
 * <p>A class has the name that its label is written with. Where all labels are numbers, a whole one
 * may be written with or without zeros behind the point, so 3 and 3.0 are one class, named as it
 * was written first. That is all that is taken for the same: 007, 7 and 7e0 may be three people,
 * and 1.1 and 1.10 two releases.
 */
final class Classes {
  private static final Pattern WHOLE = Pattern.compile("(-?)(0|[1-9][0-9]*+)(?:\\.0*+)?");

  private final Map<String, Integer> names = new HashMap<>();
  private final Map<String, Integer> numbers = new HashMap<>();

  Classes(List<String> names) {
    boolean numeric = names.stream().allMatch(Numerals::isDecimal);
    for (int id = 0; id < names.size(); id++) {
      this.names.putIfAbsent(names.get(id), id);
      if (numeric) {
        numbers.putIfAbsent(key(names.get(id)), id);
      }
    }
  }

  /** Which class a label of a file means; {@link RowSet#UNKNOWN} if none. */
  int id(String label) {
    Integer named = names.get(label);
    return named != null ? named : numbers.getOrDefault(key(label), RowSet.UNKNOWN);
  }

  /** The classes among some rows: by value if all labels are numbers, else by their characters. */
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
    Map<String, String> writtenFirst = new LinkedHashMap<>();
    texts.forEach(text -> writtenFirst.putIfAbsent(key(text), text));
    return writtenFirst.values().stream()
        .map(text -> new Numbered(Decimal.of(text), text))
        .sorted(Comparator.comparing(Numbered::value).thenComparing(Numbered::text))
        .map(Numbered::text)
        .toList();
  }

  private record Numbered(Decimal value, String text) {}

  /** What labels that mean one number have in common. */
  static String key(String label) {
    Matcher whole = WHOLE.matcher(label);
    if (!whole.matches()) {
      return label;
    }
    return whole.group(2).equals("0") ? "0" : whole.group(1) + whole.group(2);
  }
}
