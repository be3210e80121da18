package dev.sluice.producer.http;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Values of metrics in Prometheus' text format. */
final class MetricsPage {

  static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private record Value(List<String> tags, double value) {}

  private final Map<ProducerMetric, List<Value>> values = new EnumMap<>(ProducerMetric.class);

  /**
   * Adds a value.
   *
   * @param tags values of the metric's tags, in its order
   */
  MetricsPage add(ProducerMetric metric, double value, String... tags) {
    if (tags.length != metric.tags().size()) {
      throw new IllegalArgumentException(metric + " has tags " + metric.tags());
    }
    values.computeIfAbsent(metric, m -> new ArrayList<>()).add(new Value(List.of(tags), value));
    return this;
  }

  String text() {
    var text = new StringBuilder();
    values.forEach(
        (metric, all) -> {
          text.append("# HELP ")
              .append(metric.metricName())
              .append(' ')
              .append(metric.help())
              .append("\n# TYPE ")
              .append(metric.metricName())
              .append(' ')
              .append(metric.type().name().toLowerCase(Locale.ROOT))
              .append('\n');
          all.forEach(value -> line(text, metric, value));
        });
    return text.toString();
  }

  private static void line(StringBuilder text, ProducerMetric metric, Value value) {
    text.append(metric.metricName());
    if (!value.tags().isEmpty()) {
      var pairs = new ArrayList<String>();
      for (int i = 0; i < value.tags().size(); i++) {
        pairs.add(metric.tags().get(i) + "=\"" + escaped(value.tags().get(i)) + '"');
      }
      text.append('{').append(String.join(",", pairs)).append('}');
    }
    text.append(' ').append(number(value.value())).append('\n');
  }

  private static String number(double value) {
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
    return whole ? String.valueOf((long) value) : String.valueOf(value);
  }

  private static String escaped(String tag) {
    return tag.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
