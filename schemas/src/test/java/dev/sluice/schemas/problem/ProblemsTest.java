package dev.sluice.schemas.problem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProblemsTest {

  private final Problems problems = new Problems();

  @Test
  void problemsOfOneCodeThatAreAlikeAreToldOnce() {
    problems.add(Code.NOT_A_NUMBER, "line 2", "It is none.", "", "Write one.");
    problems.add(Code.NOT_A_NUMBER, "line 3", "It is none.", "", "Write one.");
    problems.add(Code.MISSING_VALUE, "line 4", "It is none.", "", "Write one.");

    assertThat(problems.list())
        .extracting(Cause::code)
        .containsExactly(Code.NOT_A_NUMBER, Code.MISSING_VALUE);
    assertThat(problems.list().getFirst().what()).contains("the first of 2 alike");
  }

  @Test
  void problemsThatAreOnlyCountedAreSeveral() {
    for (int line = 0; line <= Problems.SHOWN_MAX; line++) {
      problems.add(Code.EMPTY, "line " + line, "Nothing stands in " + line + ".", "", "");
    }

    assertThat(problems.list().getLast().code()).isEqualTo(Code.SEVERAL);
  }

  @Test
  void problemsToldAsOneHaveTheCodeThatTheyAllHave() {
    var one = new Cause(Code.RAGGED_LINE, "line 2", "", "", "");
    var alike = new Cause(Code.RAGGED_LINE, "line 3", "", "", "");
    var other = new Cause(Code.NOT_TEXT, "line 4", "", "", "");

    assertThat(Problems.code(List.of(one, alike))).isEqualTo(Code.RAGGED_LINE);
    assertThat(Problems.code(List.of(one, other))).isEqualTo(Code.SEVERAL);
  }
}
