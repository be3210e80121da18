package dev.sluice.accelerators.cost;

import dev.sluice.platform.document.Spelling;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;

/** The table of factors in cost-model.md. */
final class FactorLines {

  private FactorLines() {}

  /** A line for each entry of the file: factors of one name that share a reason. */
  static List<String> of(List<Factor> factors) {
    var entries =
        factors.stream()
            .collect(
                Collectors.groupingBy(
                    factor -> factor.name() + factor.owner() + factor.origin() + factor.reason(),
                    LinkedHashMap::new,
                    Collectors.toList()));
    return entries.values().stream().map(FactorLines::line).toList();
  }

  private static String line(List<Factor> entry) {
    var first = entry.getFirst();
    var values =
        entry.stream()
            .map(
                factor ->
                    (factor.key().isEmpty() ? "" : factor.key() + " ") + number(factor.value()))
            .collect(Collectors.joining(", "));
    return "| "
        + String.join(
            " | ",
            first.name(),
            values,
            first.unit(),
            first.owner(),
            Spelling.of(first.origin()),
            first.reason())
        + " |";
  }

  private static String number(double value) {
    return value >= 1e-3 && value < 1e6
        ? new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString()
        : Double.toString(value).replace("E", "e");
  }
}
