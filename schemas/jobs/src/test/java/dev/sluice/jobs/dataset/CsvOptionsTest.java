package dev.sluice.jobs.dataset;

import static dev.sluice.jobs.dataset.CsvFiles.csv;
import static dev.sluice.jobs.dataset.CsvFiles.features;
import static dev.sluice.jobs.dataset.CsvFiles.loaded;
import static dev.sluice.jobs.dataset.CsvFiles.onlyProblem;
import static dev.sluice.jobs.dataset.CsvFiles.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.CsvOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables as people write them: other delimiters, lines before the table, comments. */
class CsvOptionsTest {

  @ParameterizedTest
  @ValueSource(strings = {";", "\t", "|", " ", ":"})
  void fieldsAreSeparatedByWhatTheJobSays(String delimiter) {
    byte[] file =
        csv(
            "a,b,y".replace(",", delimiter),
            "1,2,cat".replace(",", delimiter),
            "3,4,dog".replace(",", delimiter));
    Dataset dataset = loaded(spec().csv(new CsvOptions(delimiter, 0, "")).train(file));
    assertThat(dataset.featureNames()).containsExactly("a", "b");
    assertThat(features(dataset.training(), 0, 2)).containsExactly(1, 2);
  }

  /**
   * scikit-learn's iris.csv begins with the numbers of rows and columns and the names of classes.
   */
  @Test
  void linesBeforeTheTableAreSkipped() {
    byte[] file = csv("3,2,setosa,virginica", "5.1,3.5,0", "4.9,3.0,1", "6.2,3.4,0");
    Dataset dataset =
        loaded(spec().label("2").header(false).csv(new CsvOptions(",", 1, "")).train(file));
    assertThat(dataset.training().size()).isEqualTo(3);
    assertThat(dataset.features()).isEqualTo(2);
    assertThat(dataset.classes()).containsExactly("0", "1");
  }

  @Test
  void problemsNameTheLineOfTheFileNotOfTheTable() {
    byte[] file = csv("a title \"with a quote", "", "# a comment", "a,y", "# another", "x,cat");
    assertThat(onlyProblem(spec().csv(new CsvOptions(",", 2, "#")).train(file)).where())
        .startsWith("line 6");
  }

  @Test
  void commentsAreLinesThatBeginWithTheirCharacterAndNothingElse() {
    byte[] file = csv("% made by hand", "a,y", "1,%cat", "% 2,dog", "3,dog");
    Dataset dataset = loaded(spec().csv(new CsvOptions(",", 0, "%")).train(file));
    assertThat(dataset.training().size()).isEqualTo(2);
    assertThat(dataset.classes()).containsExactly("%cat", "dog");
  }

  @Test
  void skippingMoreLinesThanThereAreIsSaid() {
    assertThat(onlyProblem(spec().csv(new CsvOptions(",", 9, "")).train(csv("a,y", "1,b"))).what())
        .isEqualTo("The file has 2 lines, and 9 are to be skipped.");
  }

  @Test
  void aFileThatIsSeparatedOtherwiseIsSaidWithTheSettingThatReadsIt() {
    var semicolons = onlyProblem(spec().train(csv("a;b;y", "1;2;cat")));
    assertThat(semicolons.mend()).startsWith("Set dataset.delimiter to ';'");
    var commas = onlyProblem(spec().csv(new CsvOptions(";", 0, "")).train(csv("a,b,y", "1,2,cat")));
    assertThat(commas.mend()).startsWith("Set dataset.delimiter to ','");
  }
}
