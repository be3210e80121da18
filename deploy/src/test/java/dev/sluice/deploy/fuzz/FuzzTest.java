package dev.sluice.deploy.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * No bytes from outside crash, hang or flood a reader; each gives a value or an error that says
 * why.
 */
final class FuzzTest {
  private static final long SEED = Long.getLong("sluice.fuzz.seed", 1);
  private static final long CASES = Long.getLong("sluice.fuzz.cases", 100_000);
  private static final @Nullable String ONE_TARGET = System.getProperty("sluice.fuzz.target");
  private static final @Nullable Long ONE_CASE = Long.getLong("sluice.fuzz.case");

  private static final long MS_MAX = 30_000;

  @Test
  void whateverComesThroughATopicOrAFileIsReadOrRefusedWithAReason() throws Exception {
    var targets = new ArrayList<>(WireTargets.all());
    targets.addAll(FileTargets.all());
    assertThat(targets.stream().mapToInt(FuzzTarget::share).sum()).isGreaterThanOrEqualTo(100);
    run(targets, CASES);
  }

  @Test
  void whateverIsAskedOfTheDoorIsAnswered() throws Exception {
    try (var http = new HttpTarget()) {
      run(List.of(http), CASES);
      assertThat(http.filesLeft()).isEmpty();
    }
  }

  @Test
  void whateverANativeLibraryIsGivenTheChildTakesTheHarm() throws Exception {
    try (var onnx = NativeTarget.onnx();
        var torchScript = NativeTarget.torchScript()) {
      run(List.of(onnx, torchScript), CASES / NativeTarget.PART);
    }
  }

  private static void run(List<? extends FuzzTarget> targets, long cases) throws Exception {
    var fuzzer = new Fuzzer(SEED, MS_MAX);
    var wanted =
        targets.stream()
            .filter(one -> ONE_TARGET == null || ONE_TARGET.equals(one.name()))
            .toList();
    var findings = new ArrayList<Fuzzer.Finding>();
    if (ONE_CASE == null) {
      findings.addAll(fuzzer.run(wanted, cases));
    } else {
      for (var one : wanted) {
        findings.addAll(fuzzer.again(one, ONE_CASE));
      }
    }
    if (!findings.isEmpty()) {
      var first = findings.getFirst();
      throw new AssertionError(
          String.join("\n", findings.stream().map(fuzzer::replay).toList()), first.thrown());
    }
  }

  /** Ways in which a reader can be wrong. */
  enum Defect {
    THROWS,
    RECURSES,
    HANGS,
    FLOODS,
    SAYS_NOTHING
  }

  /** A reader with a defect that one case in some shows. */
  private record Broken(Defect defect) implements FuzzTarget {
    @Override
    public String name() {
      return "broken";
    }

    @Override
    public int share() {
      return 100;
    }

    @Override
    public void attempt(Dice dice) throws Exception {
      if (!dice.oneIn(50)) {
        return;
      }
      switch (defect) {
        case THROWS -> throw new IllegalStateException("as planted");
        case RECURSES -> recurse(0);
        case HANGS -> new CountDownLatch(1).await();
        case FLOODS -> {
          for (int i = 0; i < 5; i++) {
            assertThat(new byte[64 << 20]).isNotNull();
          }
        }
        case SAYS_NOTHING -> FuzzTarget.sound(new Cause(Code.INVALID_VALUE, "here", "", "", ""));
      }
    }

    private static long recurse(long depth) {
      return depth < 0 ? depth : recurse(depth + 1) + 1;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aReaderWithADefectIsFoundAndItsCaseShowsItAgain(Defect defect) throws Exception {
    var broken = new Broken(defect);
    long msMax = defect == Defect.HANGS ? 1_000 : MS_MAX;

    var found = new Fuzzer(SEED, msMax).run(List.of(broken), 200);

    assertThat(found).isNotEmpty();
    var first = found.getFirst();
    assertThat(new Fuzzer(SEED, msMax).replay(first))
        .contains("--seed " + SEED, "--target broken", "--case " + first.number());
    assertThat(new Fuzzer(SEED, msMax).again(broken, first.number()))
        .extracting(Fuzzer.Finding::number)
        .containsExactly(first.number());
    if (first.number() > 0) {
      assertThat(new Fuzzer(SEED, msMax).again(broken, first.number() - 1)).isEmpty();
    }
  }
}
