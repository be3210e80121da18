package dev.sluice.planner.command;

import dev.sluice.planner.Figures;
import java.util.List;
import java.util.Locale;

/** Plots as SVG, without a script. */
final class Plots {

  private static final int LEFT = 62;
  private static final int BOTTOM = 18;
  private static final int TOP = 8;

  private Plots() {}

  /**
   * What a plot shows.
   *
   * @param label what it is, for readers who don't see it
   * @param seconds times
   * @param values values at these times
   * @param unit how the greatest value is written
   * @param end a time to mark, such as the end of arrivals
   */
  record Curve(
      String label, List<Double> seconds, List<? extends Number> values, String unit, double end) {}

  /** A curve over time, filled, with both axes' ends written. */
  static String over(Curve curve, int width, int height) {
    double last = curve.seconds().isEmpty() ? 1 : Math.max(1e-9, curve.seconds().getLast());
    double most = curve.values().stream().mapToDouble(Number::doubleValue).max().orElse(0);
    double scale = most <= 0 ? 1 : most;
    double inner = width - LEFT - 4.0;
    double floor = height - BOTTOM;
    var path = new StringBuilder();
    for (int i = 0; i < curve.seconds().size(); i++) {
      double x = LEFT + curve.seconds().get(i) / last * inner;
      double y = floor - curve.values().get(i).doubleValue() / scale * (floor - TOP);
      path.append(i == 0 ? "M" : "L").append(at(x)).append(' ').append(at(y));
    }
    double mark = LEFT + Math.min(1, curve.end() / last) * inner;
    var html =
        new Html()
            .raw("<svg class=\"plot\" viewBox=\"0 0 " + width + " " + height + "\" role=\"img\"")
            .raw(" aria-label=\"" + Html.escape(curve.label()) + "\">");
    if (path.length() > 0) {
      html.raw("<path class=\"a\" d=\"" + path + "L" + at(LEFT + inner) + " " + at(floor))
          .raw("L" + LEFT + " " + at(floor) + "Z\"/>")
          .raw("<path class=\"l\" d=\"" + path + "\"/>");
    }
    html.raw(line(LEFT, floor, width - 4.0, floor, ""));
    if (curve.end() < last) {
      html.raw(line(mark, TOP, mark, floor, " class=\"m\""));
      if (mark > LEFT + 40 && mark < width - 60) {
        html.raw(label(mark, height - 4.0, "middle", Figures.span(curve.end())));
      }
    }
    return html.raw(label(LEFT - 6.0, TOP + 4.0, "end", written(most, curve.unit())))
        .raw(label(LEFT - 6.0, floor, "end", "0"))
        .raw(label(LEFT, height - 4.0, "start", "0"))
        .raw(label(width - 4.0, height - 4.0, "end", Figures.span(last)))
        .raw("</svg>")
        .toString();
  }

  /** A share as a bar. */
  static String bar(double share, String kind) {
    return "<span class=\"bar "
        + kind
        + "\"><i style=\"width:"
        + at(100 * Math.clamp(share, 0, 1))
        + "%\"></i></span>";
  }

  /** Shares of a whole, side by side; each has the colour of its place. */
  static String stack(List<Double> shares) {
    var html = new Html().raw("<span class=\"stack\">");
    for (int i = 0; i < shares.size(); i++) {
      if (shares.get(i) > 0) {
        html.raw(
            "<i class=\"c" + i % 8 + "\" style=\"width:" + at(100 * shares.get(i)) + "%\"></i>");
      }
    }
    return html.raw("</span>").toString();
  }

  private static String written(double most, String unit) {
    if (unit.equals("W")) {
      return Figures.watts(most);
    }
    return most >= 1e6
        ? Figures.number(most / 1e6) + " M"
        : most >= 1e5 ? Figures.number(most / 1e3) + " k" : Figures.count(Math.round(most));
  }

  private static String line(double x1, double y1, double x2, double y2, String attributes) {
    return "<line"
        + attributes
        + " x1=\""
        + at(x1)
        + "\" y1=\""
        + at(y1)
        + "\" x2=\""
        + at(x2)
        + "\" y2=\""
        + at(y2)
        + "\"/>";
  }

  private static String label(double x, double y, String anchor, String text) {
    return "<text x=\""
        + at(x)
        + "\" y=\""
        + at(y)
        + "\" text-anchor=\""
        + anchor
        + "\">"
        + Html.escape(text)
        + "</text>";
  }

  private static String at(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
