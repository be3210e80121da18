package dev.sluice.jobs.dataset;

import static dev.sluice.jobs.dataset.CsvFiles.csv;
import static dev.sluice.jobs.dataset.CsvFiles.gzip;
import static dev.sluice.jobs.dataset.CsvFiles.onlyProblem;
import static dev.sluice.jobs.dataset.CsvFiles.problems;
import static dev.sluice.jobs.dataset.CsvFiles.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.CsvOptions;
import dev.sluice.schemas.wire.Scaling;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is wrong with a file is said completely, at its place, with the way to mend it. */
class DatasetProblemsTest {
  private static void assertProblem(Cause problem, Code code, String where, String what) {
    assertThat(problem.code()).isEqualTo(code);
    assertThat(problem.where()).isEqualTo(where);
    assertThat(problem.what()).contains(what);
    assertThat(problem.mend()).isNotBlank();
  }

  @Test
  void everyProblemOfAFileIsListedAtItsLineAndColumn() {
    List<Cause> problems =
        problems(
            spec()
                .train(
                    csv(
                        "age,height,y", // line 1
                        "1,2,cat",
                        "old,2,cat",
                        "1,2",
                        "NaN,2,dog",
                        "1,,dog",
                        "1,2,",
                        "1,2,dog,9",
                        "1,1e39,cat")));
    assertThat(problems).hasSize(6);
    assertProblem(
        problems.get(0), Code.NOT_A_NUMBER, "line 3, column 'age'", "'old' is not a number");
    assertProblem(
        problems.get(1), Code.RAGGED_LINE, "line 4", "has 2 fields, but the first line has 3");
    assertProblem(
        problems.get(1), Code.RAGGED_LINE, "line 4", "the first of 2 alike; the next: line 8.");
    assertProblem(
        problems.get(2),
        Code.MISSING_VALUE,
        "line 5, column 'age'",
        "'NaN' is not a finite number");
    assertProblem(problems.get(3), Code.MISSING_VALUE, "line 6, column 'height'", "missing");
    assertProblem(
        problems.get(4), Code.MISSING_VALUE, "line 7, column 'y'", "The label is missing");
    assertProblem(problems.get(5), Code.NOT_FINITE, "line 9, column 'height'", "too large");
  }

  @Test
  void linesAreCountedAsAnEditorShowsThem() {
    List<Cause> problems =
        problems(spec().train(csv("a,y", "", "1,\"cat", "and dog\"", "x,cat", "1,b")));
    assertProblem(
        problems.getFirst(), Code.NOT_A_NUMBER, "line 5, column 'a'", "'x' is not a number");
  }

  @Test
  void problemsThatAreAlikeAreToldOnceWithTheirNumber() {
    String[] lines = new String[333];
    Arrays.fill(lines, "x,cat");
    lines[0] = "a,y";
    List<Cause> problems = problems(spec().train(csv(lines)));
    assertThat(problems).hasSize(1);
    assertThat(problems.getFirst().where()).isEqualTo("line 2, column 'a'");
    assertThat(problems.getFirst().what())
        .isEqualTo(
            "'x' is not a number. It is the first of 332 alike; the next: line 3, column 'a'; line"
                + " 4, column 'a'.");
  }

  @Test
  void aHopelessFileIsNotReadToItsEnd() {
    String[] lines = new String[Problems.COUNTED_MAX * 3];
    Arrays.fill(lines, "x,cat");
    lines[0] = "a,y";
    assertThat(problems(spec().train(csv(lines))).getFirst().what())
        .contains("the first of at least " + Problems.COUNTED_MAX + " alike");
  }

  @Test
  void aLabelColumnThatIsNotThereIsAnsweredWithTheNearestName() {
    Cause problem =
        onlyProblem(spec().label("specie").train(csv("a,b,species", "1,2,cat", "1,3,dog")));
    assertProblem(
        problem, Code.NO_SUCH_COLUMN, "dataset.label", "There is no column 'specie' to be a label");
    assertThat(problem.why()).isEqualTo("The file's columns are a, b, species.");
    assertThat(problem.mend()).startsWith("Did you mean 'species'?");
  }

  @Test
  void aPositionBeyondTheLastColumnIsAProblem() {
    Cause problem = onlyProblem(spec().label("64").train(csv("1,2,0", "3,4,1")));
    assertThat(problem.why())
        .isEqualTo("The file has no header, so columns go by position, 0 to 2.");
  }

  @Test
  void trainingNeedsALabelColumn() {
    assertProblem(
        onlyProblem(spec().label(null).train(csv("1,2", "3,4"))),
        Code.MISSING_FIELD,
        "dataset.label",
        "No label");
  }

  @Test
  void aColumnIsNotUsedTwice() {
    List<Cause> problems =
        problems(spec().features("a", "y", "a").train(csv("a,b,y", "1,2,cat", "1,2,dog")));
    assertProblem(
        problems.get(0), Code.CONTRADICTION, "dataset.features[1]", "both the label and a feature");
    assertProblem(problems.get(1), Code.NAMED_TWICE, "dataset.features[2]", "named twice");
  }

  @Test
  void aHeaderThatNamesTwoUsedColumnsAlikeIsAProblem() {
    assertProblem(
        onlyProblem(spec().train(csv("a,a,y", "1,2,cat", "1,2,dog"))),
        Code.NAMED_TWICE,
        "line 1",
        "Columns 0 and 1 are both named 'a'");
  }

  @Test
  void aFileThatHoldsTheLabelOnlyIsAProblem() {
    assertProblem(
        onlyProblem(spec().train(csv("y", "cat", "dog"))),
        Code.EMPTY,
        "dataset.features",
        "no feature column");
  }

  @Test
  void anEmptyFileAndAFileWithoutRowsAreProblems() {
    assertProblem(
        onlyProblem(spec().train(new byte[0])), Code.EMPTY, "data set", "The file is empty");
    assertProblem(
        onlyProblem(spec().train(csv("", "", ""))), Code.EMPTY, "data set", "The file is empty");
    assertProblem(
        onlyProblem(spec().train(csv("a,y"))), Code.EMPTY, "data set", "a header but no rows");
  }

  @Test
  void aRegressionLabelIsANumber() {
    assertProblem(
        onlyProblem(spec().regression().train(csv("x,y", "1,2.5", "2,tall"))),
        Code.NOT_A_NUMBER,
        "line 3, column 'y'",
        "'tall' is not a number");
  }

  @Test
  void aClassThatOccursOnlyInHeldOutRowsIsAProblem() {
    byte[] training = csv("x,y", "1,cat", "2,dog");
    Cause problem = onlyProblem(spec().holdoutFile().train(training, csv("x,y", "1,dogs")));
    assertProblem(
        problem, Code.UNSEEN_CLASS, "dataset.label", "Class 'dogs' occurs only in held-out rows");
    assertThat(problem.mend()).startsWith("Did you mean 'dog'?");
  }

  @Test
  void oneClassAloneIsAProblem() {
    assertProblem(
        onlyProblem(spec().train(csv("x,y", "1,cat", "2,cat"))),
        Code.ONE_CLASS,
        "dataset.label",
        "Every training row has the label 'cat'");
  }

  @Test
  void aSplitThatLeavesNothingOnOneSideIsAProblem() {
    byte[] file = csv("x,y", "1,cat", "2,dog");
    assertThat(onlyProblem(spec().holdout(0.1).train(file)).what()).contains("No row is held out");
    assertThat(onlyProblem(spec().holdout(0.9).train(file)).what())
        .contains("No row is left for training");
  }

  @Test
  void problemsOfTheSecondFileSaySo() {
    byte[] training = csv("x,y", "1,cat", "2,dog");
    assertProblem(
        onlyProblem(spec().holdoutFile().train(training, csv("x,y", "?,cat"))),
        Code.MISSING_VALUE,
        "hold-out file, line 2, column 'x'",
        "'?' is not a number");
    assertProblem(
        onlyProblem(spec().label("1").holdoutFile().train(csv("1,0", "2,1"), csv("1,2,0"))),
        Code.COLUMNS_MISMATCH,
        "hold-out file, line 1",
        "has 3 columns, but the data set has 2");
  }

  @Test
  void otherSeparatorsAndFormatsAreRecognised() {
    assertProblem(
        onlyProblem(spec().train(csv("a;b;y", "1;2;cat"))),
        Code.WRONG_DELIMITER,
        "line 1",
        "separated by ';'");
    assertProblem(
        onlyProblem(spec().train(csv("a\tb\ty", "1\t2\tcat"))),
        Code.WRONG_DELIMITER,
        "line 1",
        "separated by tabs");
    assertProblem(
        onlyProblem(spec().train(new byte[] {'P', 'K', 3, 4, 0, 0})),
        Code.NOT_TEXT,
        "data set",
        "Excel");
    assertProblem(
        onlyProblem(spec().train("PAR1....".getBytes(StandardCharsets.UTF_8))),
        Code.NOT_TEXT,
        "data set",
        "Parquet");
  }

  @Test
  void bytesThatAreNotUtf8AreAProblem() {
    byte[] latin1 = "größe,y\n1,cat\n".getBytes(StandardCharsets.ISO_8859_1);
    for (byte[] file : List.of(latin1, gzip(latin1))) {
      assertProblem(
          onlyProblem(spec().train(file)), Code.NOT_TEXT, "data set", "line 1, byte 3 is 0xF6");
    }
    for (var charset : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
      assertProblem(
          onlyProblem(spec().train("a,y\n1,cat\n".getBytes(charset))),
          Code.NOT_TEXT,
          "data set",
          charset.name());
    }
  }

  @Test
  void aDamagedGzipFileIsAProblem() {
    byte[] whole = gzip(csv("a,y", "1,cat", "2,dog"));
    assertProblem(
        onlyProblem(spec().train(Arrays.copyOf(whole, whole.length - 9))),
        Code.DAMAGED_FILE,
        "data set",
        "gzip file is damaged");
    byte[] flipped = whole.clone();
    flipped[14] ^= 0x55;
    assertThat(problems(spec().train(flipped))).isNotEmpty();
  }

  @Test
  void aQuoteThatIsNeverClosedIsAProblem() {
    Cause problem = onlyProblem(spec().train(csv("a,y", "1,\"cat", "2,dog")));
    assertThat(problem.what()).contains("not well-formed CSV");
    assertThat(problem.what()).contains("line 2");
  }

  @Test
  void aDecompressionBombEndsAtTheBound() {
    byte[] lines = new byte[64 << 20];
    Arrays.fill(lines, (byte) '\n');
    byte[] bomb = gzip(lines);
    assertThat(bomb.length).isLessThan(100_000);
    assertThatThrownBy(() -> CsvSource.read(bomb, CsvOptions.PLAIN, 1 << 20, line -> true))
        .isInstanceOf(CsvSource.Unreadable.class)
        .hasMessage("The file is larger than 1048576 bytes, uncompressed.");
  }

  @Test
  void anEndlessFieldAndTooManyColumnsAreProblems() {
    String endless = "a,y\n" + "9".repeat(DatasetLimits.FIELD_CHARS_MAX * 2) + ",cat\n";
    assertThat(onlyProblem(spec().train(endless.getBytes(StandardCharsets.UTF_8))).what())
        .contains("not well-formed CSV");
    String wide = String.join(",", Collections.nCopies(DatasetLimits.COLUMNS_MAX + 1, "1")) + "\n";
    assertThat(problems(spec().label("0").train(wide.getBytes(StandardCharsets.UTF_8))))
        .isNotEmpty();
  }

  @Test
  void aLabelColumnWithTooManyClassesIsAProblem() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i <= DatasetLimits.CLASSES_MAX; i++) {
      lines.add("1," + i);
    }
    Cause problem = onlyProblem(spec().label("1").train(csv(lines.toArray(new String[0]))));
    assertThat(problem.mend()).contains("target: regression");
  }

  @Test
  void whatScalingTakesOutOfRangeIsAProblem() {
    byte[] training = csv("x,y", "0,cat", "1e-30,dog");
    byte[] heldOut = csv("x,y", "1e20,cat");
    Cause problem =
        onlyProblem(spec().scaling(Scaling.MIN_MAX).holdoutFile().train(training, heldOut));
    assertProblem(
        problem,
        Code.NOT_FINITE,
        "hold-out file, row 0 after the header, column 'x'",
        "out of the range");
  }

  @Test
  void rowsThatScalingTakesOutOfRangeAreOneProblemHoweverManyTheyAre() {
    byte[] training = csv("x,y", "0,cat", "1e-30,dog");
    byte[] heldOut = csv("x,y", "1e20,cat", "2e20,cat", "3e20,dog");
    Cause problem =
        onlyProblem(spec().scaling(Scaling.MIN_MAX).holdoutFile().train(training, heldOut));
    assertProblem(
        problem,
        Code.NOT_FINITE,
        "hold-out file, row 0 after the header, column 'x'",
        "It is the first of 3 alike; the next: hold-out file, row 1");
  }

  @Test
  void javaNumeralsThatAreNoDecimalNumbersAreRefused() {
    for (String numeral : List.of("1d", "1f", "0x10", "0x1p3", "1_000", "1-2", "e5", ".", "١")) {
      assertThat(onlyProblem(spec().train(csv("a,y", "1,cat", numeral + ",dog"))).what())
          .as(numeral)
          .contains("is not a number");
    }
  }

  @Test
  void noBytesWhateverCauseAnythingButProblems() {
    Random random = new Random(4);
    byte[] sound = csv("a,b,y", "1,2,cat", "3,4,dog", "\"5\",6,cat");
    for (int trial = 0; trial < 3_000; trial++) {
      byte[] file = trial % 2 == 0 ? sound.clone() : gzip(sound);
      for (int change = 0; change < 1 + random.nextInt(4); change++) {
        file[random.nextInt(file.length)] = (byte) random.nextInt(256);
      }
      switch (spec().train(file)) {
        case DatasetResult.Loaded(Dataset dataset) ->
            assertThat(dataset.training().size()).isPositive();
        case DatasetResult.Invalid(List<Cause> problems) -> assertThat(problems).isNotEmpty();
      }
    }
  }
}
