package dev.sluice.schemas.cost;

import dev.sluice.schemas.document.Document;
import dev.sluice.schemas.document.DocumentKind;
import dev.sluice.schemas.document.Section;
import dev.sluice.schemas.job.Problems;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The numbers that the cost model rests on, each with what it belongs to and where it is from. */
public final class Factors {

  private static final String FILE = "factors.yaml";

  private static final DocumentKind KIND =
      new DocumentKind(
          "file of factors",
          "Leave out what the cost model doesn't use.",
          "Start with `factors:`.",
          "It is one document.",
          "Put it into a file of its own.");

  private final Map<String, Factor> factors;

  /**
   * A number.
   *
   * @param name what the cost model calls it
   * @param value the number
   * @param owner what it belongs to, such as a kind of device
   * @param origin how it came about: fitted, a prior, a definition
   * @param reason why there is such a number
   * @param source where the value comes from
   */
  public record Factor(
      String name, double value, String owner, String origin, String reason, String source) {}

  private Factors(Map<String, Factor> factors) {
    this.factors = Collections.unmodifiableMap(new LinkedHashMap<>(factors));
  }

  /** The factors that ship with Sluice. */
  public static Factors builtIn() {
    return Shipped.FACTORS;
  }

  /** All of them by name, in the file's order. */
  public Map<String, Factor> all() {
    return factors;
  }

  /** All names, in the file's order. */
  public Set<String> names() {
    return factors.keySet();
  }

  /**
   * The value of a factor.
   *
   * @throws IllegalStateException if there is none of this name
   */
  public double value(String name) {
    var factor = factors.get(name);
    if (factor == null) {
      throw new IllegalStateException("The cost model has no factor " + name + ".");
    }
    return factor.value();
  }

  /** The value of a factor, or that of another where there is none of this name. */
  double value(String name, String otherwise) {
    return value(factors.containsKey(name) ? name : otherwise);
  }

  /**
   * Reads a file of factors.
   *
   * @throws IllegalStateException if anything is wrong with it
   */
  static Factors parse(String file, String text) {
    var problems = new Problems();
    var document = Document.read(text, KIND, problems);
    var factors = new LinkedHashMap<String, Factor>();
    if (!problems.any()) {
      var top = document.fields(problems);
      int index = 0;
      for (var item : top.items("factors")) {
        var section = new Section(item, top.at("factors") + "[" + index++ + "]", problems);
        var factor = factor(section);
        if (factors.putIfAbsent(factor.name(), factor) != null) {
          problems.add(
              section.at("name"),
              "The factor " + factor.name() + " is given twice.",
              "The cost model takes one value.",
              "Keep one of the two.");
        }
      }
      top.end();
    }
    if (problems.any()) {
      throw new IllegalStateException(
          "The factors of the cost model have mistakes: "
              + problems.list().stream().map(problem -> document.placed(file, problem)).toList());
    }
    return new Factors(factors);
  }

  private static Factor factor(Section section) {
    if (!section.has("value")) {
      section.missing("value", "It is the number.");
    }
    var factor =
        new Factor(
            section.required("name", "The cost model looks the number up by it."),
            section.number("value", 1),
            section.required("owner", "It says what the number belongs to."),
            section.required("origin", "It says how the number came about."),
            section.required("reason", "It says why there is such a number."),
            section.required("source", "A number without a source can't be checked."));
    section.end();
    return factor;
  }

  private static final class Shipped {
    static final Factors FACTORS = parse(FILE, ShippedText.read(FILE));
  }
}
