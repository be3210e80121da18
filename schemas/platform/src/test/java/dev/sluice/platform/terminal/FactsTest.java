package dev.sluice.platform.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class FactsTest {

  private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);

  private static String facts(int terminal) {
    return new Facts(0, 8, terminal)
        .line("job", "one two three four five six seven")
        .line("sha256", DIGEST)
        .line("", "and more")
        .toString();
  }

  @Test
  void elsewhereThanAtATerminalEachFactHasOneLine() {
    assertThat(facts(0))
        .isEqualTo(
            """
            job      one two three four five six seven
            sha256   %s
                     and more
            """
                .formatted(DIGEST));
  }

  @Test
  void whatAnybodyHasWrittenCanNotMakeATerminalDoAnything() {
    var quoted = "'\u001b[2J\u009b5n' is\rno number\u0007";
    var err = new StringWriter();
    new LiveLine(new PrintWriter(err), 0).show(quoted);
    for (int terminal : new int[] {0, 20, 80}) {
      var text =
          new Facts(0, 8, terminal).line("why", quoted).detail(quoted)
              + TerminalText.paragraph(quoted, terminal, 2)
              + err;
      assertThat(text).contains("no number").doesNotContain("\u001b", "\u009b", "\r", "\u0007");
    }
  }

  @Test
  void aLongValueGoesOnBesideItsLabelAndALongWordStandsBelow() {
    assertThat(facts(30))
        .isEqualTo(
            """
            job      one two three four
                     five six seven
            sha256
              %s
                     and more
            """
                .formatted(DIGEST));
    assertThat(facts(80)).contains("sha256\n  " + DIGEST + "\n");
  }

  @Test
  void whatExplainsAFactStandsFurtherToTheRight() {
    var facts = new Facts(0, 4, 29).line("mend", "it").detail("by doing what is said here");

    assertThat(facts.toString())
        .isEqualTo(
            """
            mend it
                   by doing what is said
                   here
            """);
    assertThat(new Facts(0, 4, 24).line("mend", "it").detail("by doing what is said").toString())
        .isEqualTo("mend it\n    by doing what is\n    said\n");
  }

  @Test
  void longTextIsBrokenAtSpaces() {
    assertThat(TerminalText.wrapped("one two three", 7)).containsExactly("one two", "three");
    assertThat(TerminalText.wrapped("incomprehensible it is", 5))
        .containsExactly("incomprehensible", "it is");
    assertThat(TerminalText.wrapped("", 5)).containsExactly("");
    assertThat(TerminalText.paragraph("  lane a: one two three", 16, 4))
        .isEqualTo("  lane a: one\n    two three\n");
  }

  @Test
  void aLineThatIsOverwrittenFitsTheTerminal() {
    var out = new StringWriter();
    var line = new LiveLine(new PrintWriter(out), 80);
    line.show("x".repeat(89));
    assertThat(out.toString()).contains("x".repeat(78) + "…").doesNotContain("x".repeat(79));

    var file = new StringWriter();
    new LiveLine(new PrintWriter(file), 0).show("x".repeat(89));
    assertThat(file.toString()).isEqualTo("x".repeat(89) + "\n");
  }
}
