package dev.sluice.platform.terminal;

import static dev.sluice.platform.terminal.TextTable.left;
import static dev.sluice.platform.terminal.TextTable.right;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TextTableTest {

  @Test
  void columnsAreAlignedAndHaveNoTrailingSpaces() {
    var table = new TextTable(left("NAME"), right("N")).row("a", "1").row("longer", "1,000");

    assertThat(table.text(0))
        .isEqualTo(
            """
            NAME        N
            a           1
            longer  1,000
            """);
  }

  @Test
  void elsewhereThanAtATerminalATableIsWhole() {
    assertThat(jobs().text(0)).contains("0123456789abcdef01234567", "x".repeat(60), "12 min 5 s");
  }

  @Test
  void whereThereIsNoRoomNamesAreCutAndThenWhatIsWorthLeastIsLeftOut() {
    assertThat(jobs().text(60))
        .isEqualTo(
            """
            JOB                NAME               STATUS            AGE
            0123456789abcdef…  xxxxxxxxxxxxxxxx…  succeeded  12 min 5 s
            """);
    assertThat(jobs().text(31))
        .isEqualTo(
            """
            JOB        NAME      STATUS
            01234567…  xxxxxxx…  succeeded
            (no room for AGE)
            """);
  }

  @Test
  void noLineIsAsWideAsTheTerminalWhateverItsWidth() {
    for (int columns = 1; columns <= 120; columns++) {
      for (var line : jobs().text(columns).lines().toList()) {
        if (!line.startsWith("(") && !line.startsWith(" ")) {
          assertThat(TerminalText.width(line))
              .as(columns + ": " + line)
              .isLessThan(Math.max(2, columns));
        }
      }
    }
  }

  @Test
  void anEndThatTellsNamesApartStays() {
    var table = new TextTable(left("MODEL").least(12).middle(), left("STATE"));
    table.row("a-model-with-a-long-name@17", "there");

    assertThat(table.text(24).lines().toList().getLast()).isEqualTo("a-model-…name@17  there");
  }

  @Test
  void wideCharactersAndMarksKeepColumnsAligned() {
    var lines =
        new TextTable(left("NAME"), right("N"))
            .row("数字認識", "1")
            .row("cafe\u0301", "2")
            .row("한국어", "3")
            .row("🙂", "4")
            .text(0)
            .lines()
            .toList();

    assertThat(lines).allSatisfy(line -> assertThat(TerminalText.width(line)).isEqualTo(11));
    assertThat(lines.get(1)).isEqualTo("数字認識  1");
    assertThat(lines.get(2)).isEqualTo("cafe\u0301      2");
  }

  @Test
  void whatWouldMoveTheCursorDoesNot() {
    var table = new TextTable(left("NAME"), left("X")).row("a\nb\u001b[2J\t", "x");

    assertThat(table.text(0).lines().toList().getLast()).isEqualTo("a b [2J   x");
  }

  @Test
  void aCutNeverTakesHalfACharacter() {
    assertThat(TerminalText.cut("数字認識", 6)).isEqualTo("数字…");
    assertThat(TerminalText.cut("数字認識", 8)).isEqualTo("数字認識");
    assertThat(TerminalText.cut("a🙂b", 3)).isEqualTo("a…");
    assertThat(TerminalText.cut("cafe\u0301s", 5)).isEqualTo("cafe\u0301s");
  }

  private static TextTable jobs() {
    var table =
        new TextTable(
            left("JOB").least(9), left("NAME").least(8), left("STATUS"), right("AGE").leaves(1));
    var cells =
        Arrays.asList("0123456789abcdef01234567", "x".repeat(60), "succeeded", "12 min 5 s");
    return table.row(cells.toArray(String[]::new));
  }
}
