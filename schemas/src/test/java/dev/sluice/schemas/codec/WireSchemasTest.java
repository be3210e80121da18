package dev.sluice.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/** The contract itself: complete, documented, and the same in IDL and Java. */
class WireSchemasTest {

  @Test
  void everyFieldAndTypeIsDocumented() {
    var undocumented = new ArrayList<String>();
    for (var schema : allNamed()) {
      if (schema.getDoc() == null || schema.getDoc().isBlank()) {
        undocumented.add(schema.getName());
      }
      if (schema.getType() == Schema.Type.RECORD) {
        for (var field : schema.getFields()) {
          if (field.doc() == null || field.doc().isBlank()) {
            undocumented.add(schema.getName() + "." + field.name());
          }
        }
      }
    }
    assertThat(undocumented).isEmpty();
  }

  @Test
  void everyRecordHasTheSameComponentsInJava() {
    for (var schema : allNamed()) {
      if (schema.getType() == Schema.Type.RECORD) {
        // The shape refuses at start where names or their order differ.
        assertThat(RecordShapes.get().named(schema.getFullName()).schema()).isEqualTo(schema);
      }
    }
  }

  @Test
  void everyEnumHasADefaultForReadersThatMissASymbol() {
    for (var schema : allNamed()) {
      if (schema.getType() == Schema.Type.ENUM) {
        assertThat(schema.getEnumDefault()).as(schema.getName()).isNotNull();
      }
    }
  }

  private static Set<Schema> allNamed() {
    var found = new HashSet<Schema>();
    WireSchemas.MESSAGES.forEach(message -> collect(WireSchemas.of(message), found));
    assertThat(found).hasSizeGreaterThan(50);
    return found;
  }

  private static void collect(Schema schema, Set<Schema> found) {
    var parts =
        switch (schema.getType()) {
          case RECORD ->
              found.add(schema)
                  ? schema.getFields().stream().map(Schema.Field::schema).toList()
                  : List.<Schema>of();
          case ENUM -> {
            found.add(schema);
            yield List.<Schema>of();
          }
          case UNION -> schema.getTypes();
          case ARRAY -> List.of(schema.getElementType());
          case MAP -> List.of(schema.getValueType());
          default -> List.<Schema>of();
        };
    parts.forEach(part -> collect(part, found));
  }
}
