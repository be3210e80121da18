package dev.sluice.accelerators.cost;

import dev.sluice.platform.document.Document;
import dev.sluice.platform.document.DocumentKind;
import dev.sluice.platform.document.Section;
import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads the file of factors. Entries may have one value, or several that share a reason. */
final class FactorFile {

  private static final DocumentKind KIND =
      new DocumentKind(
          "file of factors",
          "Shorten its reasons.",
          "Start with `factors:`.",
          "It is one document.",
          "Put its entries into the first.");

  private final Problems problems;
  private final Set<String> ids = new HashSet<>();
  private final List<Factor> factors = new ArrayList<>();

  private FactorFile(Problems problems) {
    this.problems = problems;
  }

  /** What reading came to. */
  sealed interface Result {
    /** The file is sound. */
    record Sound(List<Factor> factors) implements Result {
      public Sound {
        factors = List.copyOf(factors);
      }
    }

    /**
     * It is not.
     *
     * @param problems everything that is wrong, each with file and line
     */
    record Invalid(List<Cause> problems) implements Result {
      public Invalid {
        problems = List.copyOf(problems);
      }
    }
  }

  /**
   * Reads a file.
   *
   * @param file what to call it in messages
   * @param text what it says
   */
  static Result parse(String file, String text) {
    var problems = new Problems();
    var document = Document.read(text, KIND, problems);
    var reader = new FactorFile(problems);
    if (!problems.any()) {
      reader.entries(document.fields(problems));
    }
    return problems.any()
        ? new Result.Invalid(
            problems.list().stream().map(problem -> document.placed(file, problem)).toList())
        : new Result.Sound(reader.factors);
  }

  private void entries(Section top) {
    if (!top.has("factors")) {
      top.missing("factors", "It lists what the file is about.");
    }
    int index = 0;
    for (var item : top.items("factors")) {
      var entry = new Section(item, top.at("factors") + "[" + index++ + "]", problems);
      entry(entry);
      entry.end();
    }
    top.end();
  }

  private void entry(Section entry) {
    var name = entry.required("name", "The model asks for the factor by it.");
    var unit = entry.required("unit", "A number without a unit means nothing.");
    var owner = entry.required("owner", "It says what the factor belongs to.");
    if (!entry.has("origin")) {
      entry.missing("origin", "It says how the value was found.");
    }
    var origin = entry.choice("origin", Factor.Origin.class, Factor.Origin.PRIOR);
    var reason = entry.required("reason", "It says why there is such a factor.");
    var source = entry.required("source", "It says where the value is from.");
    if (entry.has("value") == entry.has("values")) {
      problems.add(
          entry.has("value") ? Code.CONTRADICTION : Code.MISSING_FIELD,
          entry.at("value"),
          "It has " + (entry.has("value") ? "a value and values." : "no value."),
          "A factor has one value, or one for each key.",
          "Write either `value:` or `values:`.");
      entry.raw("shrunkTo");
      return;
    }
    if (entry.has("value")) {
      Double shrunkTo = entry.has("shrunkTo") ? positive(entry, "shrunkTo") : null;
      double value = positive(entry, "value");
      add(entry, new Factor(name, "", value, shrunkTo, unit, owner, origin, reason, source));
      return;
    }
    var values = entry.section("values");
    var shrunkTo = entry.section("shrunkTo");
    for (var key : values.names()) {
      Double towards = shrunkTo.has(key) ? positive(shrunkTo, key) : null;
      double value = positive(values, key);
      add(entry, new Factor(name, key, value, towards, unit, owner, origin, reason, source));
    }
    shrunkTo.end();
  }

  private void add(Section entry, Factor factor) {
    if (ids.add(factor.id())) {
      factors.add(factor);
      return;
    }
    problems.add(
        Code.NAMED_TWICE,
        entry.at("name"),
        "The factor " + factor.id() + " stands twice.",
        "Only one of the values could count.",
        "Remove one of them.");
  }

  private double positive(Section section, String name) {
    double value = section.number(name, 1);
    if (value > 0) {
      return value;
    }
    problems.add(
        Code.OUT_OF_RANGE,
        section.at(name),
        name + " is " + value + ".",
        "Factors multiply, divide or count.",
        "Write a number above 0.");
    return 1;
  }
}
