package dev.sluice.platform.document;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Cause;
import org.junit.jupiter.api.Test;

/** Mistakes in YAML are told at the line where one who mends them has to look. */
class YamlMistakeTest {
  private static final DocumentKind KIND =
      new DocumentKind("file", "Split it.", "Start.", "It is one.", "Split it.");

  private static Cause only(String text) {
    var problems = new Problems();
    Document.read(text, KIND, problems);
    assertThat(problems.list()).hasSize(1);
    return problems.list().getFirst();
  }

  private static void assertAt(String text, String where, String what) {
    var cause = only(text);
    assertThat(cause.where()).as(text).isEqualTo(where);
    assertThat(cause.what()).as(text).contains(what);
    assertThat(cause.mend()).as(text).isNotBlank();
  }

  @Test
  void aTabIsToldWhereItStands() {
    assertAt("kind: a\nname: x\n\tbatch: 3\n", "line 3, column 1", "There is a tab");
    assertAt("kind: a\r\ndata:\r\n\tfile: d\r\n", "line 3, column 1", "There is a tab");
    assertAt("kind: a\nepochs:\t3\n", "line 2, column 8", "There is a tab");
    assertAt("kind: a\n\t\nb: 2\n", "line 2, column 1", "There is a tab");
  }

  @Test
  void whatIsNotClosedIsToldWhereItBegins() {
    assertAt("a: 1\nb: \"x\nc: 3\nd: 4\n", "line 2, column 4", "quote that begins here");
    assertAt("a: 1\nb: 'x\nc: 3\n", "line 2, column 4", "quote that begins here");
    assertAt("a: 1\nb: [1, 2\nc: 3\n", "line 2, column 4", "list that begins with [");
    assertAt("a: 1\nb: {x: 1\nc: 3\n", "line 2, column 4", "group that begins with {");
  }

  @Test
  void otherMistakesAreToldWhereTheyAre() {
    assertAt("a: 1\n b: 2\n", "line 2, column 3", "A colon stands here");
    assertAt("a: 1\nb: c: d\n", "line 2, column 5", "A colon stands here");
    assertAt("a: 1\nb\nc: 3\n", "line 2, column 1", "without a colon");
    assertAt("a: 1\nb: 'it's'\n", "line 2, column 8", "does not go with");
    assertAt("a: 1\nb: @x\n", "line 2, column 4", "can't begin");
    assertAt("a: 1\nb: \"\\q\"\n", "line 2, column 6", "not YAML");
    assertAt("a: 1\nb: x\u0007\n", "line 2, column 5", "U+0007");
    assertThat(only("a: 1\nb: 2\na: 3\n").where()).startsWith("line 3, ");
  }
}
