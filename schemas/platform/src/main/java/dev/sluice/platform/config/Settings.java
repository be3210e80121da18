package dev.sluice.platform.config;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads configuration records from names and values, and documents them. */
public final class Settings {

  private Settings() {}

  /**
   * @param type a record whose components all carry {@link Setting}; of type String, int, long,
   *     double, boolean or an enum
   * @param given values by kebab-case name
   * @return the record
   * @throws ConfigProblem with every problem, where a name is unknown, a value is missing, is not
   *     of its type or out of its bounds
   */
  public static <R extends Record> R read(Class<R> type, Map<String, String> given) {
    var problems = new ArrayList<Cause>();
    var components = type.getRecordComponents();
    var names = Arrays.stream(components).map(Settings::name).toList();
    for (var name : given.keySet()) {
      if (!names.contains(name)) {
        problems.add(
            problem(
                Code.UNKNOWN_FIELD,
                name,
                "There is no setting " + name + ".",
                "Known are: " + String.join(", ", names) + "."));
      }
    }
    @Nullable Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      values[i] = value(components[i], given.get(names.get(i)), problems);
    }
    if (!problems.isEmpty()) {
      throw new ConfigProblem(problems);
    }
    try {
      var parameters =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new);
      return type.getDeclaredConstructor(parameters).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type.getName() + " is not a public record", e);
    }
  }

  /**
   * One setting, as documents show it.
   *
   * @param name kebab-case name
   * @param def default; empty where there is none
   * @param unit unit; empty where there is none
   * @param bounds legal values; empty where any is
   * @param meaning what it does
   */
  public record Row(String name, String def, String unit, String bounds, String meaning) {}

  /** A record's settings, in its order. */
  public static List<Row> rows(Class<? extends Record> type) {
    return Arrays.stream(type.getRecordComponents()).map(Settings::row).toList();
  }

  private static Row row(RecordComponent component) {
    var setting = component.getAnnotation(Setting.class);
    return new Row(
        name(component), setting.def(), setting.unit(), bounds(component, setting), setting.doc());
  }

  /** A Markdown table of a record's settings: name, default, unit, bounds and meaning. */
  public static String table(Class<? extends Record> type) {
    var table =
        new StringBuilder(
            "| setting | default | unit | bounds | meaning |\n|---|---|---|---|---|\n");
    for (var row : rows(type)) {
      table
          .append("| `")
          .append(row.name())
          .append("` | ")
          .append(row.def().isEmpty() ? "" : "`" + row.def() + "`")
          .append(" | ")
          .append(row.unit())
          .append(" | ")
          .append(row.bounds())
          .append(" | ")
          .append(row.meaning())
          .append(" |\n");
    }
    return table.toString();
  }

  /** The kebab-case name of a component. */
  public static String name(RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  private static String bounds(RecordComponent component, Setting setting) {
    if (component.getType().isEnum()) {
      return symbols(component.getType());
    }
    return numeric(component.getType()) ? text(setting.min()) + ".." + text(setting.max()) : "";
  }

  private static @Nullable Object value(
      RecordComponent component, @Nullable String given, List<Cause> problems) {
    var setting = component.getAnnotation(Setting.class);
    var name = name(component);
    if (given == null && setting.def().equals(Setting.REQUIRED)) {
      problems.add(
          problem(
              Code.MISSING_FIELD,
              name,
              "Setting " + name + " is missing.",
              "Give it: " + setting.doc()));
      return null;
    }
    var text = given == null ? setting.def() : given;
    var type = component.getType();
    try {
      if (type == String.class) {
        return text;
      }
      if (type == boolean.class) {
        return switch (text) {
          case "true" -> true;
          case "false" -> false;
          default -> throw new IllegalArgumentException("not true or false");
        };
      }
      if (type.isEnum()) {
        return symbol(type, text);
      }
      return number(type, setting, text);
    } catch (IllegalArgumentException e) {
      problems.add(
          problem(
              code(type, e),
              name,
              "Setting " + name + " is '" + text + "'.",
              "It must be " + expectation(component, setting) + "."));
      return null;
    }
  }

  private static Code code(Class<?> type, IllegalArgumentException why) {
    if (type.isEnum()) {
      return Code.UNKNOWN_CHOICE;
    }
    boolean unparsed = type == boolean.class || why instanceof NumberFormatException;
    return unparsed ? Code.WRONG_TYPE : Code.OUT_OF_RANGE;
  }

  private static Object number(Class<?> type, Setting setting, String text) {
    double value = Double.parseDouble(text);
    if (!(value >= setting.min() && value <= setting.max())) {
      throw new IllegalArgumentException("out of bounds");
    }
    if (type == int.class) {
      return Integer.parseInt(text);
    }
    return type == long.class ? (Object) Long.parseLong(text) : (Object) value;
  }

  private static Object symbol(Class<?> type, String text) {
    return Arrays.stream(type.getEnumConstants())
        .filter(c -> kebab(c).equals(text))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("unknown symbol"));
  }

  private static String symbols(Class<?> type) {
    return String.join(", ", Arrays.stream(type.getEnumConstants()).map(Settings::kebab).toList());
  }

  private static String kebab(Object constant) {
    return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String expectation(RecordComponent component, Setting setting) {
    if (component.getType() == boolean.class) {
      return "true or false";
    }
    if (component.getType().isEnum()) {
      return "one of " + symbols(component.getType());
    }
    var unit = setting.unit().isEmpty() ? "" : " " + setting.unit();
    var kind = component.getType() == double.class ? "a number" : "a whole number";
    return kind + " from " + text(setting.min()) + " to " + text(setting.max()) + unit;
  }

  private static boolean numeric(Class<?> type) {
    return type == int.class || type == long.class || type == double.class;
  }

  private static String text(double bound) {
    return bound == Math.rint(bound) ? String.valueOf((long) bound) : String.valueOf(bound);
  }

  private static Cause problem(Code code, String where, String what, String mend) {
    return new Cause(code, where, what, "", mend);
  }
}
