package dev.sluice.platform.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Code;
import java.util.List;

/**
 * A choice among named things with fields of their own: {@code relu}, {@code dense: 10} or {@code
 * dense: {units: 10}}.
 *
 * @param name which; always one of the candidates
 * @param value what stands behind the name; missing where nothing does
 * @param where path of the value
 * @param problems where mistakes are noted
 */
public record Named(String name, JsonNode value, String where, Problems problems) {

  /** The choice in a field; the fallback where the field is absent. */
  public static Named of(Section parent, String field, String fallback, List<String> candidates) {
    var node = parent.raw(field);
    return node.isMissingNode()
        ? new Named(fallback, node, parent.at(field), parent.problems())
        : of(parent, node, parent.at(field), fallback, candidates);
  }

  /**
   * The choice in a value.
   *
   * @param parent notes what is wrong
   * @param where path of the value
   * @param fallback stands for a name that is not one of the candidates
   */
  public static Named of(
      Section parent, JsonNode node, String where, String fallback, List<String> candidates) {
    var name = fallback;
    JsonNode value = MissingNode.getInstance();
    if (node.isTextual()) {
      name = node.asText();
    } else if (node instanceof ObjectNode object && object.size() == 1) {
      name = object.fieldNames().next();
      value = object.path(name);
    } else {
      parent
          .problems()
          .add(
              Code.WRONG_TYPE,
              where,
              "It does not say which one it is.",
              "One name is expected: " + String.join(", ", candidates) + ".",
              "Write the name, or the name with its fields: `" + candidates.getFirst() + ": {}`.");
      return new Named(fallback, MissingNode.getInstance(), where, new Problems());
    }
    var meant = Spelling.normal(name);
    if (!candidates.contains(meant)) {
      parent.unknown(where, name, candidates);
      return new Named(fallback, MissingNode.getInstance(), where, new Problems());
    }
    var there = value.isNull() ? MissingNode.getInstance() : value;
    return new Named(meant, there, where + "." + name, parent.problems());
  }

  /** The fields behind the name. */
  public Section fields() {
    return new Section(value, where, problems);
  }
}
