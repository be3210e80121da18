package dev.sluice.jobs.dataset;

import static dev.sluice.jobs.dataset.CsvFiles.csv;
import static dev.sluice.jobs.dataset.CsvFiles.features;
import static dev.sluice.jobs.dataset.CsvFiles.fileRows;
import static dev.sluice.jobs.dataset.CsvFiles.gzip;
import static dev.sluice.jobs.dataset.CsvFiles.loaded;
import static dev.sluice.jobs.dataset.CsvFiles.rawFeatures;
import static dev.sluice.jobs.dataset.CsvFiles.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.Rows;
import dev.sluice.schemas.wire.Scaling;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a sound file becomes. */
class DatasetTest {
  private static final byte[] IRIS =
      csv("a,b,y", "1,2,setosa", "3,4,virginica", "5,6,setosa", "7,8,versicolor");

  /** n rows: feature i, label i modulo 3. */
  private static byte[] counting(int n) {
    return csv(IntStream.range(0, n).mapToObj(i -> i + "," + i % 3).toArray(String[]::new));
  }

  @Test
  void aHeaderNamesTheFeaturesAndTextLabelsBecomeClassesInAlphabeticalOrder() {
    Dataset iris = loaded(spec().train(IRIS));
    assertThat(iris.featureNames()).containsExactly("a", "b");
    assertThat(iris.classes()).containsExactly("setosa", "versicolor", "virginica");
    assertThat(iris.training().size()).isEqualTo(4);
    assertThat(features(iris.training(), 1, 2)).containsExactly(3, 4);
    assertThat(IntStream.range(0, 4).map(iris.training()::classId)).containsExactly(0, 2, 0, 1);
    assertThat(iris.training().labelText(1)).isEqualTo("virginica");
    assertThat(iris.training().fileRow(1)).isEqualTo(1);
  }

  @Test
  void columnsGoByPositionWhereThereIsNoHeader() {
    Dataset numbers = loaded(spec().label("2").train(csv("1,2,0", "3,4,1")));
    assertThat(numbers.featureNames()).isEmpty();
    assertThat(numbers.features()).isEqualTo(2);
    assertThat(numbers.training().size()).isEqualTo(2);
  }

  @Test
  void featuresAreChosenByNameOrPositionInTheOrderGiven() {
    Dataset chosen = loaded(spec().features("b", "0").train(IRIS));
    assertThat(chosen.featureNames()).containsExactly("b", "a");
    assertThat(features(chosen.training(), 0, 2)).containsExactly(2, 1);
  }

  @Test
  void aTextColumnThatNobodyChoseDoesNoHarm() {
    byte[] file = csv("id,a,y", "x1,1,0", "x2,2,1");
    assertThat(loaded(spec().features("a").train(file)).training().size()).isEqualTo(2);
    byte[] headless = csv("x1,1,0", "x2,2,1");
    Dataset chosen = loaded(spec().label("2").features("1").train(headless));
    assertThat(chosen.training().size()).isEqualTo(2);
  }

  @Test
  void aFirstLineOfNumbersIsDataUnlessDeclaredAHeader() {
    byte[] file = csv("1,7,0", "3,4,1", "5,6,0");
    assertThat(loaded(spec().label("2").train(file)).training().size()).isEqualTo(3);
    Dataset declared = loaded(spec().label("2").header(true).train(file));
    assertThat(declared.training().size()).isEqualTo(2);
    assertThat(declared.featureNames()).containsExactly("1", "7");
  }

  @Test
  void aTextLabelInTheFirstLineDoesNotMakeItAHeader() {
    Dataset headless = loaded(spec().label("2").train(csv("1,2,cat", "3,4,dog")));
    assertThat(headless.training().size()).isEqualTo(2);
    assertThat(headless.classes()).containsExactly("cat", "dog");
  }

  @Test
  void numericLabelsAreOrderedByValueAndNamedAsTheyAreWritten() {
    assertThat(classes("10", "9", "10.0", "-1", "2.5", "1e1"))
        .containsExactly("-1", "2.5", "9", "10", "1e1");
  }

  @Test
  void wholeNumbersWithZerosBehindThePointAreOneClassNamedAsWrittenFirst() {
    assertThat(classes("3.0", "3", "3.00", "3.", "4", "-0", "0.0"))
        .containsExactly("-0", "3.0", "4");
    Dataset numbers = loaded(spec().label("1").train(csv("1,3", "2,4", "3,3.0")));
    assertThat(numbers.training().classId(0)).isEqualTo(numbers.training().classId(2));
    assertThat(numbers.training().labelText(2)).isEqualTo("3");
  }

  @Test
  void labelsThatAreWrittenOtherwiseAreOtherClassesEvenOfOneValue() {
    assertThat(classes("7", "007", "07", "+7", "7e0"))
        .containsExactly("+7", "007", "07", "7", "7e0");
    assertThat(classes("1.10", "1.1", "1.9")).containsExactly("1.1", "1.10", "1.9");
  }

  @Test
  void labelsOfAnyLengthAndSizeKeepEveryDigit() {
    assertThat(
            classes(
                "1234567890123456790",
                "1234567890123456789",
                "9007199254740993",
                "9007199254740992",
                "-9007199254740993",
                "0.1234567890123456789",
                "0.1234567890123456788"))
        .containsExactly(
            "-9007199254740993",
            "0.1234567890123456788",
            "0.1234567890123456789",
            "9007199254740992",
            "9007199254740993",
            "1234567890123456789",
            "1234567890123456790");
  }

  @Test
  void labelsBeyondTheRangeOfFloatingPointNumbersAreClassesInTheirOrder() {
    String far = "1e" + "9".repeat(40);
    assertThat(classes("1e999999999", "1e999", "-1e999", far, "1e-999", "0", "9e998", "-2E+999"))
        .containsExactly("-2E+999", "-1e999", "0", "1e-999", "9e998", "1e999", "1e999999999", far);
  }

  @Test
  void manyLongNumbersOfOneMagnitudeAreOrderedWithoutWritingThemOut() {
    String[] labels = new String[500];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = "1" + "0".repeat(20_000) + (1000 + i) + "e999999999";
    }
    assertThat(classes(labels)).containsExactly(labels);
  }

  /** The classes of a file of these labels. */
  private static List<String> classes(String... labels) {
    String[] lines = Stream.of(labels).map(label -> "1," + label).toArray(String[]::new);
    return loaded(spec().label("1").train(csv(lines))).classes();
  }

  @Test
  void quotesLineBreaksWindowsLineEndsBlankLinesAndAByteOrderMarkAreUnderstood() {
    String file =
        "\uFEFFa,\"the \"\"b\"\"\",y\r\n"
            + "1,\" 2 \",\"an, apple\"\r\n\r\n"
            + "3,4,\"two\n"
            + "lines\"\r\n\r\n"
            + "  \r\n";
    Dataset quoted = loaded(spec().train(file.getBytes(StandardCharsets.UTF_8)));
    assertThat(quoted.featureNames()).containsExactly("a", "the \"b\"");
    assertThat(quoted.classes()).containsExactly("an, apple", "two\nlines");
    assertThat(features(quoted.training(), 0, 2)).containsExactly(1, 2);
  }

  @Test
  void gzipIsRecognisedByItsFirstBytes() {
    assertThat(loaded(spec().train(gzip(IRIS))).classes())
        .isEqualTo(loaded(spec().train(IRIS)).classes());
  }

  @Test
  void theSplitIsAPureFunctionOfTheSeedAndBothPartsKeepTheOrderOfTheFile() {
    Dataset first = loaded(spec().label("1").holdout(0.2).train(counting(100)));
    Dataset again = loaded(spec().label("1").holdout(0.2).train(counting(100)));
    Dataset other = loaded(spec().label("1").holdout(0.2).splitSeed(8).train(counting(100)));
    assertThat(first.holdout().size()).isEqualTo(20);
    assertThat(first.training().size()).isEqualTo(80);
    assertThat(fileRows(first.holdout())).isSorted().isEqualTo(fileRows(again.holdout()));
    assertThat(fileRows(first.training())).isSorted().doesNotContain(fileRows(first.holdout()));
    assertThat(fileRows(other.holdout())).isNotEqualTo(fileRows(first.holdout()));
    assertThat(first.rows(Rows.ALL).size()).isEqualTo(100);
  }

  @Test
  void aSecondFileHoldsTheHeldOutRowsAndItsColumnsGoByName() {
    byte[] second = csv("y,extra,b,a", "virginica,0,40,30");
    Dataset both = loaded(spec().holdoutFile().train(IRIS, second));
    assertThat(both.training().size()).isEqualTo(4);
    assertThat(both.holdout().size()).isEqualTo(1);
    assertThat(features(both.holdout(), 0, 2)).containsExactly(30, 40);
    assertThat(both.holdout().classId(0)).isEqualTo(2);
    assertThat(both.holdout().fileRow(0)).isEqualTo(0);
  }

  @Test
  void standardScalingUsesMeanAndPopulationDeviationOfTheTrainingRowsOnly() {
    byte[] training = csv("x,y", "1,0", "2,1", "3,0", "4,1");
    byte[] heldOut = csv("x,y", "100,0");
    Dataset scaled =
        loaded(spec().scaling(Scaling.STANDARD).holdoutFile().train(training, heldOut));
    double deviation = Math.sqrt(1.25);
    assertThat(scaled.featureScale()).isEqualTo(new Affine(List.of(2.5), List.of(deviation)));
    assertThat(features(scaled.holdout(), 0, 1)).containsExactly((float) (97.5 / deviation));
    assertThat(rawFeatures(scaled.holdout(), 0, 1)).containsExactly(100);
  }

  @Test
  void minMaxScalingTakesTrainingRowsToTheUnitInterval() {
    Dataset scaled =
        loaded(spec().scaling(Scaling.MIN_MAX).train(csv("x,y", "-2,0", "2,1", "0,0")));
    assertThat(scaled.featureScale()).isEqualTo(new Affine(List.of(-2.0), List.of(4.0)));
    assertThat(features(scaled.training(), 2, 1)).containsExactly(0.5f);
  }

  @Test
  void aConstantColumnIsScaledByOne() {
    // The mean of many 0.1f differs from 0.1f in the last place; that must not become +1 and -1.
    String[] lines = IntStream.range(0, 1001).mapToObj(i -> "0.1," + i % 2).toArray(String[]::new);
    Dataset scaled = loaded(spec().label("1").scaling(Scaling.STANDARD).train(csv(lines)));
    assertThat(scaled.featureScale().scale()).containsExactly(1.0);
    assertThat(features(scaled.training(), 500, 1)).containsExactly(0);
  }

  @Test
  void regressionTargetsAreScaledAndKeepTheirUnit() {
    Dataset scaled =
        loaded(spec().regression().scaling(Scaling.STANDARD).train(csv("x,y", "1,10", "2,30.50")));
    assertThat(scaled.classes()).isEmpty();
    assertThat(scaled.targetScale()).isEqualTo(new Affine(List.of(20.25), List.of(10.25)));
    assertThat(scaled.training().target(0)).isEqualTo(-1f);
    assertThat(scaled.training().rawTarget(1)).isEqualTo(30.5);
    assertThat(scaled.training().labelText(0)).isEqualTo("10");
    assertThat(scaled.training().labelText(1)).isEqualTo("30.50");
  }

  @Test
  void withoutScalingTheConstantsChangeNothing() {
    Dataset plain = loaded(spec().train(IRIS));
    assertThat(plain.featureScale()).isEqualTo(new Affine(List.of(0.0, 0.0), List.of(1.0, 1.0)));
    assertThat(plain.targetScale()).isEqualTo(new Affine(List.of(), List.of()));
  }

  @Test
  void theSameFileGivesTheSameBitsCompressedOrNot() {
    byte[] file = counting(500);
    Dataset one = loaded(spec().label("1").holdout(0.3).scaling(Scaling.STANDARD).train(file));
    Dataset two =
        loaded(spec().label("1").holdout(0.3).scaling(Scaling.STANDARD).train(gzip(file)));
    assertThat(one.featureScale()).isEqualTo(two.featureScale());
    for (int row = 0; row < one.training().size(); row++) {
      assertThat(features(one.training(), row, 1)).isEqualTo(features(two.training(), row, 1));
    }
  }
}
