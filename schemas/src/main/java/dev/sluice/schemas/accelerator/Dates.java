package dev.sluice.schemas.accelerator;

import dev.sluice.schemas.document.Section;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;

/** Reads days, as ISO 8601 writes them. */
final class Dates {

  private Dates() {}

  /** A day that may not be missing; a stand-in where it is or can't be read. */
  static LocalDate read(Section section, String name, String meaning) {
    var text = section.required(name, meaning);
    if (text.isEmpty()) {
      return LocalDate.EPOCH;
    }
    try {
      return LocalDate.parse(text);
    } catch (DateTimeParseException e) {
      section
          .problems()
          .add(
              section.at(name),
              "'" + text + "' is not a day.",
              "A day is written as year, month and day.",
              "Write one such as 2026-11-24.");
      return LocalDate.EPOCH;
    }
  }
}
