package dev.sluice.producer.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.sluice.platform.document.Document;
import dev.sluice.schemas.wire.Cause;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Text of any kind gives problems: never an exception, never a huge answer, never a second meaning.
 */
class HostileJobFileTest {
  private static final String SMALL =
      """
      kind: training
      dataset: {file: flowers.csv, label: species}
      model: {layers: [{dense: 16}, relu, {dense: 3}]}
      epochs: 5
      """;

  private static Cause first(String text) {
    return switch (JobFile.parse(text)) {
      case JobFileResult.Parsed parsed -> throw new AssertionError("no problem in " + parsed);
      case JobFileResult.Invalid(List<Cause> problems) -> problems.getFirst();
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " \n\n", "# nothing", "---", "null", "~"})
  void anEmptyFileIsToldHowToStart(String text) {
    assertThat(first(text).mend()).isEqualTo("Start with `kind: training`.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hello",
        "- a\n- b",
        "42",
        "[]",
        "{}",
        "{",
        "}",
        "\"",
        "a: b: c",
        "\tkind: training",
        "kind: \u0000",
        "kind: \u0007",
        "%YAML 9.9\n---\nkind: training",
        "? [a, b]\n: c",
        "{\"kind\": \"training\"} trailing",
        "{\"kind\": \"training\", \"kind\": \"inference\"}",
        "kind: training\nkind: training",
        "kind: !!python/object/apply:os.system ['true']",
        "!!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[]]]",
        "kind: *unknown",
        "&a [*a]",
        "\ud800",
        "\uFEFF"
      })
  void whatIsNoJobFileIsRefused(String text) {
    assertThat(first(text).what()).isNotBlank();
    assertThat(first(text).mend()).isNotBlank();
  }

  @Test
  void aFieldThatIsGivenTwiceIsNamedWithItsPlace() {
    Cause problem = first(SMALL + "epochs: 6\n");
    assertThat(problem.what()).isEqualTo("A field is given twice.");
    assertThat(problem.why()).contains("'epochs'");
    assertThat(problem.where()).startsWith("line 5");
  }

  @Test
  void anAliasIsNotTakenForText() {
    Cause problem = first(SMALL.replace("species", "&x species") + "register: *x\n");
    assertThat(problem.what()).isEqualTo("'*x' is an alias.");
    assertThat(problem.where()).startsWith("line 5");
  }

  @Test
  void aBillionLaughsAreRefusedAtTheFirst() {
    StringBuilder laughs = new StringBuilder("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for (int i = 1; i < 10; i++) {
      String previous = "*a" + (i - 1);
      laughs.append(
          String.format(
              Locale.ROOT,
              "a%d: &a%d [%s]%n",
              i,
              i,
              String.join(", ", List.of(previous, previous, previous, previous))));
    }
    assertThat(first(laughs.toString()).what()).isEqualTo("'*a0' is an alias.");
  }

  @Test
  void aSecondDocumentIsNotSilentlyIgnored() {
    assertThat(first(SMALL + "---\n" + SMALL).what()).isEqualTo("A second document begins here.");
    assertThat(first(SMALL + "...\n---\nrm: -rf\n").where()).startsWith("line 7");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{a: ", "- ", "{\"a\":", "? "})
  void deepNestingIsRefused(String opening) {
    Cause problem = first("kind:\n  " + opening.repeat(80_000));
    assertThat(problem.what()).isNotBlank();
    assertThat(first("{\"kind\":" + "[".repeat(100_000)).what()).isNotBlank();
  }

  @Test
  void aLongDocumentIsRefusedUnread() {
    assertThat(first("x: " + "a".repeat(Document.CHARS_MAX)).what())
        .contains("500003 characters long");
  }

  @Test
  void theAnswerStaysShortWhateverIsQuoted() {
    String long1 = "x".repeat(400_000);
    for (String text :
        List.of(
            "? " + long1 + "\n: 1\n" + SMALL,
            SMALL + "name: " + long1 + "\n",
            SMALL + "tenant: " + long1 + "\n",
            SMALL + "priority: " + long1 + "\n",
            SMALL.replace("relu", long1),
            "kind: " + long1)) {
      switch (JobFile.parse(text)) {
        case JobFileResult.Parsed parsed -> throw new AssertionError("no problem");
        case JobFileResult.Invalid(var problems) ->
            assertThat(problems.toString().length()).isLessThan(10_000);
      }
    }
  }

  @Test
  void noTextWhateverCausesAnythingButProblems() {
    Random random = new Random(11);
    String alphabet = "{}[]:,-&*!|>'\"%@`#? \n\tabk019.~<=\\\u0000\u0085\u2028é";
    for (int trial = 0; trial < 4_000; trial++) {
      StringBuilder text = new StringBuilder(SMALL);
      for (int change = 0; change < 1 + random.nextInt(6); change++) {
        int at = random.nextInt(text.length());
        char c = alphabet.charAt(random.nextInt(alphabet.length()));
        switch (random.nextInt(3)) {
          case 0 -> text.setCharAt(at, c);
          case 1 -> text.insert(at, c);
          default -> text.deleteCharAt(at);
        }
      }
      assertThatCode(() -> JobFile.parse(text.toString()))
          .as(text.toString())
          .doesNotThrowAnyException();
    }
  }
}
