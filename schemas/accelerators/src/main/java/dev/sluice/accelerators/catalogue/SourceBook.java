package dev.sluice.accelerators.catalogue;

import dev.sluice.platform.document.Section;
import dev.sluice.schemas.problem.NearestName;
import dev.sluice.schemas.wire.Code;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The sources of a catalogue file by the names that its figures use for them. */
final class SourceBook {

  private final Map<String, Citation> sources = new LinkedHashMap<>();

  private SourceBook() {}

  /** Reads {@code name: text} or {@code name: {text: ..., read: 2026-11-24}}. */
  static SourceBook read(Section section) {
    var book = new SourceBook();
    for (var name : section.names()) {
      if (section.raw(name).isObject()) {
        var fields = section.section(name);
        var text = fields.required("text", "It says where to look the figure up.");
        var read =
            fields.has("read")
                ? fields.day("read", "It is the day on which the source was read.")
                : null;
        fields.end();
        book.sources.put(name, new Citation(text, read));
      } else {
        book.sources.put(
            name, new Citation(section.required(name, "It says where to look figures up."), null));
      }
    }
    return book;
  }

  /** The sources that a group names in its field {@code source}, one or a list. */
  List<Citation> named(Section group) {
    var named = new ArrayList<Citation>();
    if (group.raw("source").isArray()) {
      var names = group.texts("source");
      for (int i = 0; i < names.size(); i++) {
        add(names.get(i), group, group.at("source") + "[" + i + "]", named);
      }
    } else {
      var name = group.text("source");
      if (name != null) {
        add(name, group, group.at("source"), named);
      }
    }
    return named;
  }

  private void add(String name, Section group, String where, List<Citation> named) {
    var source = sources.get(name);
    if (source == null) {
      group
          .problems()
          .add(
              Code.UNKNOWN_CHOICE,
              where,
              "There is no source '" + name + "' in this file.",
              sources.isEmpty()
                  ? "The file has no `sources:`."
                  : "The file has " + String.join(", ", sources.keySet()) + ".",
              NearestName.hint(name, sources.keySet())
                  + "Name one of these, or add it under `sources:`.");
    } else {
      named.add(source);
    }
  }

  /** What a group says about its figures: its sources, how sure they are, a note. */
  Evidence evidence(Section group) {
    return new Evidence(named(group), group.text("confidence", ""), group.text("note", ""));
  }
}
