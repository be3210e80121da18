package dev.sluice.accelerators.catalogue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.accelerators.catalogue.AcceleratorModel.Kind;
import dev.sluice.platform.document.Document;
import dev.sluice.platform.document.DocumentKind;
import dev.sluice.platform.document.Section;
import dev.sluice.platform.document.Spelling;
import dev.sluice.schemas.problem.NearestName;
import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Code;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reads a catalogue file: its vendor, its sources, its software, its accelerators.
 *
 * <p>Every problem is found in one reading: what cannot be read gets a stand-in, so that the rest
 * is read and checked as well. The models are worth something only if there was no problem.
 */
final class CatalogueReader {

  private static final DocumentKind KIND =
      new DocumentKind(
          "catalogue file",
          "Give every vendor a file of its own.",
          "Start with `vendor:`, `recorded:`, `sources:` and `accelerators:`.",
          "A catalogue file is one document.",
          "Put it into a file of its own.");

  private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9+._-]{0,63}");

  private final String file;
  private final Document document;
  private final Section top;
  private final String vendor;
  private final LocalDate recorded;
  private final SourceBook sources;
  private final Map<String, Software> software;

  /**
   * A model and where it stands.
   *
   * @param model the model; with stand-ins where there are problems
   * @param where its path in the file
   */
  record Entry(AcceleratorModel model, String where) {}

  private CatalogueReader(String file, Document document, LocalDate latest, Problems found) {
    this.file = file;
    this.document = document;
    top = document.fields(found);
    vendor = top.required("vendor", "It says who makes these accelerators.");
    recorded = top.day("recorded", "It is the day on which the figures were written down.");
    if (recorded.isAfter(latest)) {
      found.add(
          Code.OUT_OF_RANGE,
          top.at("recorded"),
          "The figures were recorded on " + recorded + ".",
          "That day is yet to come.",
          "Write the day on which they were written down.");
    }
    sources = SourceBook.read(top.section("sources"));
    software = software(top.section("software"));
  }

  /**
   * The models of a file.
   *
   * @param latest last day on which figures can have been written down
   * @param problems takes what is wrong, with file and line
   */
  static List<Entry> read(CatalogueText text, LocalDate latest, Problems problems) {
    var found = new Problems();
    var document = Document.read(text.text(), KIND, found);
    var entries =
        found.any()
            ? List.<Entry>of()
            : new CatalogueReader(text.file(), document, latest, found).accelerators();
    found.list().forEach(problem -> problems.add(document.placed(text.file(), problem)));
    return entries;
  }

  private List<Entry> accelerators() {
    if (!top.mentions("accelerators")) {
      top.missing("accelerators", "It lists what the file is about.");
    } else if (isBlank(top.raw("accelerators"))) {
      top.problems()
          .add(
              Code.EMPTY,
              top.at("accelerators"),
              "There is no accelerator under `accelerators:`.",
              "A catalogue file is about at least one.",
              "Write `- id: ...` with its figures under it, or don't name the file.");
      top.end();
      return List.of();
    }
    var entries = new ArrayList<Entry>();
    int index = 0;
    for (var item : top.items("accelerators")) {
      var where = top.at("accelerators") + "[" + index++ + "]";
      var section = new Section(item, where, top.problems());
      var model = accelerator(section, where);
      section.end();
      if (ID.matcher(model.id()).matches()) {
        entries.add(new Entry(model, where));
      }
    }
    top.end();
    return entries;
  }

  /** YAML reads a field without a value as an empty text, JSON has null. */
  private static boolean isBlank(JsonNode list) {
    return list.isMissingNode()
        || (list.isArray() && list.isEmpty())
        || (list.isTextual() && list.textValue().isBlank());
  }

  private AcceleratorModel accelerator(Section section, String where) {
    var id = id(section);
    var groups = new GroupReader(section, sources);
    return new AcceleratorModel(
        id,
        vendor,
        section.required("name", "It is what the vendor calls the device."),
        kind(section),
        groups.rates(),
        groups.onChip(),
        groups.memory(),
        groups.interconnect(),
        groups.hostLink(),
        groups.power(),
        groups.product(),
        groups.training(),
        softwareOf(section),
        groups.measured(),
        groups.disagreements(),
        new Origin(file, document.line(where), recorded));
  }

  private static String id(Section section) {
    var id = section.required("id", "Lanes and workers name the model by it.");
    if (section.has("id") && !id.isEmpty() && !ID.matcher(id).matches()) {
      section
          .problems()
          .add(
              Code.INVALID_NAME,
              section.at("id"),
              "'" + id + "' can't be an id.",
              "An id has 1 to 64 lower-case letters, digits, plus signs, dots, hyphens and"
                  + " underscores, and begins with a letter or digit.",
              "Write one such as rbln-atom.");
    }
    return id;
  }

  private static Kind kind(Section section) {
    if (!section.has("kind")) {
      section.missing("kind", "It is one of " + String.join(", ", Spelling.all(Kind.class)) + ".");
    }
    return section.choice("kind", Kind.class, Kind.ASIC);
  }

  private Map<String, Software> software(Section stacks) {
    var read = new LinkedHashMap<String, Software>();
    for (var name : stacks.names()) {
      var stack = stacks.section(name);
      var links = new LinkedHashMap<String, String>();
      var ways = stack.section("links");
      for (var way : ways.names()) {
        if (ways.has(way)) {
          links.put(way, ways.text(way, ""));
        }
      }
      read.put(
          name,
          new Software(
              stack.required("sdk", "It is the name of the vendor's software."),
              stack.texts("accepts"),
              links,
              stack.text("note", ""),
              sources.named(stack)));
      stack.end();
    }
    return read;
  }

  private Software softwareOf(Section section) {
    var name = section.text("software");
    if (name == null) {
      return Software.NONE;
    }
    var stack = software.get(name);
    if (stack == null) {
      section
          .problems()
          .add(
              Code.UNKNOWN_CHOICE,
              section.at("software"),
              "There is no software '" + name + "' in this file.",
              software.isEmpty()
                  ? "The file has no `software:`."
                  : "The file has " + String.join(", ", software.keySet()) + ".",
              NearestName.hint(name, software.keySet())
                  + "Name one of these, or describe it under `software:`.");
      return Software.NONE;
    }
    return stack;
  }
}
