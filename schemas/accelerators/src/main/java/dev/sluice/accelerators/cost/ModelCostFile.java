package dev.sluice.accelerators.cost;

import dev.sluice.accelerators.catalogue.Citation;
import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.platform.document.Document;
import dev.sluice.platform.document.DocumentKind;
import dev.sluice.platform.document.Section;
import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads a file of model costs. */
public final class ModelCostFile {

  private static final DocumentKind KIND =
      new DocumentKind(
          "file of model costs",
          "Split it in two.",
          "Start with `recorded:` and `models:`.",
          "It is one document.",
          "Put it into a file of its own.");

  private static final double COUNT_MAX = 1e15;

  private final Section top;
  private final Set<String> ids = new HashSet<>();

  private ModelCostFile(Section top) {
    this.top = top;
  }

  /** What reading came to. */
  public sealed interface Result {
    /** The file is sound. */
    record Sound(ModelCosts costs) implements Result {}

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
  public static Result parse(String file, String text) {
    var problems = new Problems();
    var document = Document.read(text, KIND, problems);
    List<ModelCost> models = List.of();
    List<String> conventions = List.of();
    var recorded = LocalDate.EPOCH;
    if (!problems.any()) {
      var top = document.fields(problems);
      conventions = top.texts("conventions");
      recorded = top.day("recorded", "It is the day on which the figures were written down.");
      models = new ModelCostFile(top).models();
    }
    return problems.any()
        ? new Result.Invalid(
            problems.list().stream().map(problem -> document.placed(file, problem)).toList())
        : new Result.Sound(new ModelCosts(models, recorded, conventions));
  }

  private List<ModelCost> models() {
    if (!top.has("models")) {
      top.missing("models", "It lists what the file is about.");
    }
    var models = new ArrayList<ModelCost>();
    int index = 0;
    for (var item : top.items("models")) {
      var section = new Section(item, top.at("models") + "[" + index++ + "]", top.problems());
      models.add(model(section));
      section.end();
    }
    top.end();
    return models;
  }

  private ModelCost model(Section section) {
    var id = section.required("id", "Fleets and plans name the model by it.");
    if (!id.isEmpty() && !ids.add(id)) {
      problem(
          Code.NAMED_TWICE,
          section,
          "id",
          "The id " + id + " is taken.",
          "Give this model another.");
    }
    var aliases = aliases(section, "aliases");
    var highAccuracyAliases = aliases(section, "highAccuracyAliases");
    var parameters = count(section, "parameters");
    if (parameters == null && !section.has("parameters")) {
      section.missing("parameters", "It is the number of weights.");
    }
    var sources = sources(section.section("sources"));
    if (sources.isEmpty()) {
      section.missing("sources", "A figure without a source can't be checked.");
    }
    return new ModelCost(
        id,
        section.required("name", "It is what people call the model."),
        aliases,
        highAccuracyAliases,
        Accuracy.USUAL,
        parameters == null ? 1 : parameters,
        section.text("input"),
        flops(section),
        count(section, "macsPerSample"),
        weightBytes(section.section("weightBytes")),
        new ModelCost.SequenceShape(
            count(section, "kvBytesPerToken"),
            count(section, "layers"),
            count(section, "hidden"),
            count(section, "kvHeads"),
            count(section, "sequence"),
            positive(section, "outputTokensMean", COUNT_MAX)),
        count(section, "serverLatencyMsMax"),
        StructureReader.read(section, "structure"),
        section.texts("caveats"),
        sources);
  }

  private List<String> aliases(Section section, String field) {
    var aliases = section.texts(field);
    for (var alias : aliases) {
      if (!ids.add(alias)) {
        problem(
            Code.NAMED_TWICE,
            section,
            field,
            "The name " + alias + " is taken.",
            "Give this model another.");
      }
    }
    return aliases;
  }

  private List<Flops> flops(Section section) {
    var flops = new ArrayList<Flops>();
    int index = 0;
    for (var item : section.items("flops")) {
      var group = new Section(item, section.at("flops") + "[" + index++ + "]", top.problems());
      int before = top.problems().count();
      if (!group.has("per")) {
        group.missing("per", "It says what the operations are spent on.");
      }
      var per = group.choice("per", Flops.Per.class, Flops.Per.SAMPLE);
      var variant = group.text("variant", "");
      var exact = positive(group, "count", Flops.MAX);
      var least = positive(group, "least", Flops.MAX);
      var most = positive(group, "most", Flops.MAX);
      group.end();
      if (exact != null && least == null && most == null) {
        flops.add(new Flops(per, variant, exact, exact));
      } else if (exact == null && least != null && most != null && least <= most) {
        flops.add(new Flops(per, variant, least, most));
      } else if (top.problems().count() == before) { // else the figures are wrong, which is noted
        problem(
            Code.MISSING_FIELD,
            group,
            "count",
            "It does not say how many operations there are.",
            "Write `count:`, or `least:` and a greater `most:`.");
      }
    }
    return flops;
  }

  private SortedMap<NumberFormat, Long> weightBytes(Section section) {
    var bytes = new TreeMap<NumberFormat, Long>();
    for (var format : NumberFormat.values()) {
      var count = count(section, format.label());
      if (count != null) {
        bytes.put(format, count);
      }
    }
    section.end();
    return bytes;
  }

  private static Map<String, Citation> sources(Section section) {
    var sources = new LinkedHashMap<String, Citation>();
    for (var figure : section.names()) {
      sources.put(
          figure, new Citation(section.required(figure, "It says where to look it up."), null));
    }
    return sources;
  }

  /** A whole number above 0; null where it is absent or, which is noted, can't be. */
  private @Nullable Long count(Section section, String name) {
    if (!section.has(name)) {
      return null;
    }
    long count = section.whole(name, 1);
    if (count < 1 || count > COUNT_MAX) {
      problem(
          Code.OUT_OF_RANGE,
          section,
          name,
          name + " is " + count + ".",
          "Write a whole number from 1 to " + (long) COUNT_MAX + ", or leave it out.");
      return null;
    }
    return count;
  }

  private @Nullable Double positive(Section section, String name, double max) {
    if (!section.has(name)) {
      return null;
    }
    double value = section.number(name, 1);
    if (value <= 0 || value > max) {
      problem(
          Code.OUT_OF_RANGE,
          section,
          name,
          name + " is " + value + ".",
          "Write a number above 0 and at most " + max + ", or leave it out.");
      return null;
    }
    return value;
  }

  private void problem(Code code, Section section, String name, String what, String mend) {
    top.problems().add(code, section.at(name), what, "No model has that.", mend);
  }
}
