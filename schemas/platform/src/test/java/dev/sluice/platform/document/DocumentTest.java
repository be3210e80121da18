package dev.sluice.platform.document;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Cause;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every value of a document has a line, whether it is written as YAML or as JSON. */
class DocumentTest {
  private static final DocumentKind KIND =
      new DocumentKind(
          "fleet file", "Split it.", "Start with `name:`.", "It is one fleet.", "Split it.");

  private static final String YAML =
      """
      # a comment
      name: north
      site:
        city: Gwangju
        cards:
          - {id: a, count: 4}
          - id: b
            count: 2

      a.b:
        c: 1
      """;

  private final Problems problems = new Problems();

  @Test
  void aValueHasTheLineOfItsName() {
    var document = Document.read(YAML, KIND, problems);

    assertThat(document.line("name")).isEqualTo(2);
    assertThat(document.line("site")).isEqualTo(3);
    assertThat(document.line("site.city")).isEqualTo(4);
    assertThat(document.line("site.cards[0].count")).isEqualTo(6);
    assertThat(document.line("site.cards[1].count")).isEqualTo(8);
  }

  @Test
  void whatIsNotThereHasTheLineOfWhatIsAroundIt() {
    var document = Document.read(YAML, KIND, problems);

    assertThat(document.line("site.cards[1].power.watts")).isEqualTo(7);
    assertThat(document.line("site.cards[7]")).isEqualTo(5);
    assertThat(document.line("site.cards[99999999999999999999]")).isEqualTo(5);
    assertThat(document.line("site.cards[x]")).isEqualTo(5);
    assertThat(document.line("site.country")).isEqualTo(3);
  }

  @Test
  void aNameMayContainADot() {
    assertThat(Document.read(YAML, KIND, problems).line("a.b.c")).isEqualTo(11);
  }

  @Test
  void aNumberWhereANameIsWantedIsWhatIsWritten() {
    for (var number : List.of("007", "1.10", "1e3", "0x10", "1_000", "1e400", "9007199254740993")) {
      var fields = Document.read("label: " + number, KIND, problems).fields(problems);
      assertThat(fields.text("label")).isEqualTo(number);
      fields = Document.read("features: [" + number + "]", KIND, problems).fields(problems);
      assertThat(fields.texts("features")).containsExactly(number);
    }
    var json = Document.read("{\"label\": 1.10, \"epochs\": 1e1}", KIND, problems).fields(problems);
    assertThat(json.text("label")).isEqualTo("1.10");
    assertThat(json.whole("epochs", 0)).isEqualTo(10);
    assertThat(problems.list()).isEmpty();
  }

  @Test
  void jsonHasLinesAsWell() {
    var document = Document.read("{\n \"cards\": [\n  {\"id\":\n \"a\"}\n ]}", KIND, problems);

    assertThat(document.line("cards[0].id")).isEqualTo(3);
    assertThat(document.line("cards")).isEqualTo(2);
  }

  @Test
  void aProblemIsPlacedByFileAndLine() {
    var document = Document.read(YAML, KIND, problems);
    var site = document.fields(problems).section("site");
    site.whole("city", 0);
    site.required("country", "It says where.");

    assertThat(placed(document))
        .containsExactly("north.yaml, line 4: site.city", "north.yaml, line 3: site.country");
  }

  @Test
  void aTextThatIsNoDocumentIsPlacedByTheParser() {
    var document = Document.read("name: north\nname: south\n", KIND, problems);

    assertThat(placed(document).getFirst()).startsWith("north.yaml, line 2, column");
  }

  @Test
  void messagesNameTheKindOfDocument() {
    var document = Document.read("", KIND, problems);
    Document.read("name: a\n---\nname: b\n", KIND, problems);

    assertThat(problems.list().getFirst().what()).isEqualTo("The fleet file is empty.");
    assertThat(problems.list().getFirst().mend()).isEqualTo("Start with `name:`.");
    assertThat(problems.list().getLast().why()).isEqualTo("It is one fleet.");
    assertThat(placed(document).getFirst()).isEqualTo("north.yaml");
  }

  @Test
  void linesOfALongNameTakeNoMoreMemoryThanTheDocument() {
    var items = "{x: 1}, ".repeat(20_000);
    var name = "n".repeat(100_000);
    var document = Document.read("? " + name + "\n: [" + items + "{x: 1}]\n", KIND, problems);

    assertThat(problems.list()).isEmpty();
    assertThat(document.line(name + "[19999].x")).isEqualTo(2);
  }

  private List<String> placed(Document document) {
    return problems.list().stream()
        .map(problem -> document.placed("north.yaml", problem))
        .map(Cause::where)
        .toList();
  }
}
