package dev.sluice.platform.document;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * What the YAML parser stumbled over, as one who writes YAML would say it, at the place where the
 * mistake is: the parser's own place is where it stood before.
 */
final class YamlMistake {

  private YamlMistake() {}

  /** The mistake; empty where it is not one of those that are known here. */
  static Optional<Cause> of(JsonProcessingException thrown, String text) {
    return switch (thrown.getCause()) {
      case MarkedYAMLException marked -> Optional.of(of(marked));
      case ReaderException unreadable -> Optional.of(character(unreadable, text));
      case null, default -> Optional.empty();
    };
  }

  private static Cause of(MarkedYAMLException thrown) {
    var found = thrown.getProblem() == null ? "" : thrown.getProblem();
    var context = thrown.getContext() == null ? "" : thrown.getContext();
    var here = at(thrown.getProblemMark());
    var opened =
        at(thrown.getContextMark() == null ? thrown.getProblemMark() : thrown.getContextMark());
    if (found.contains("'\\t(TAB)'")) {
      return cause(
          here,
          "There is a tab where YAML allows none.",
          "Lines are indented with blanks, and a value is set off with blanks.",
          "Write blanks instead of the tab.");
    }
    if (found.contains("cannot start any token")) {
      return cause(
          here,
          "A value can't begin like this: " + found.replaceFirst(" \\(.*", "") + ".",
          "The character has a meaning of its own in YAML.",
          "Put the value in quotes.");
    }
    if (context.contains("quoted scalar") && found.startsWith("found unexpected")) {
      return cause(
          opened,
          "The quote that begins here is not closed.",
          "Everything up to the end of the file would belong to it.",
          "Close it; a quote inside single quotes is written twice.");
    }
    if (context.startsWith("while parsing a flow")) {
      boolean list = context.contains("sequence");
      return cause(
          opened,
          (list ? "The list that begins with [ here" : "The group that begins with { here")
              + " is not closed, or a comma is missing in it.",
          "At " + here + ": " + found + ".",
          list
              ? "Close it with ], and put commas between its items."
              : "Close it with }, and put commas between its fields.");
    }
    if (found.startsWith("could not find expected ':'")) {
      return cause(
          opened,
          "A name stands here without a colon.",
          "Every field is written as `name: value`.",
          "Add the colon and a blank after it, or remove the line.");
    }
    if (found.startsWith("mapping values are not allowed")) {
      return cause(
          here,
          "A colon stands here where no field can begin.",
          "Either the line is indented further than those it belongs to, or the value before the"
              + " colon holds one itself.",
          "Indent the fields of a group alike, and put values with a colon in quotes.");
    }
    if (found.startsWith("expected <block end>")) {
      return cause(
          here,
          "This does not go with what is before it.",
          "A line is indented otherwise than those of its group, or something follows a value that"
              + " is complete.",
          "Indent the fields of a group alike, and put a value that holds quotes in double"
              + " quotes.");
    }
    return cause(here, "This is not YAML.", found + ".", "Correct it here or in the line before.");
  }

  private static Cause character(ReaderException unreadable, String text) {
    int end = Math.clamp(unreadable.getPosition(), 0, text.length());
    var before = text.substring(0, end).replace("\r\n", "\n").replace('\r', '\n');
    long line = 1 + before.chars().filter(c -> c == '\n').count();
    int column = before.length() - before.lastIndexOf('\n');
    return cause(
        "line " + line + ", column " + column,
        "There is the character " + Characters.named(unreadable.getCodePoint()) + ".",
        "YAML allows no control characters, and text holds whole characters only.",
        "Remove it; in double quotes, \\u and four hexadecimal digits stand for one.");
  }

  private static String at(@Nullable Mark mark) {
    return mark == null
        ? Problems.WHOLE
        : "line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1);
  }

  private static Cause cause(String where, String what, String why, String mend) {
    return new Cause(Code.MALFORMED, where, what, why, mend);
  }
}
