package dev.sluice.jobs.dataset;

import static dev.sluice.jobs.dataset.CsvFiles.csv;
import static dev.sluice.jobs.dataset.CsvFiles.features;
import static dev.sluice.jobs.dataset.CsvFiles.fileRows;
import static dev.sluice.jobs.dataset.CsvFiles.loaded;
import static dev.sluice.jobs.dataset.CsvFiles.onlyProblem;
import static dev.sluice.jobs.dataset.CsvFiles.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Rows;
import dev.sluice.schemas.wire.Scaling;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a file becomes that a model is to answer. */
class DatasetForInferenceTest {
  private static final Affine NONE = new Affine(List.of(), List.of());
  private static final NetworkFacts ANIMALS =
      CsvFiles.model(
          List.of("a", "b"),
          List.of("cat", "dog"),
          new Affine(List.of(1.0, 2.0), List.of(2.0, 4.0)),
          NONE);

  @Test
  void theModelsScalingAndClassesApplyWhateverTheFileHolds() {
    Dataset answered =
        loaded(spec().scaling(Scaling.STANDARD).infer(csv("a,b,y", "3,6,dog"), ANIMALS));
    assertThat(features(answered.selected(), 0, 2)).containsExactly(1, 1);
    assertThat(answered.selected().classId(0)).isEqualTo(1);
    assertThat(answered.classes()).containsExactly("cat", "dog");
  }

  @Test
  void rowsMayCarryNoLabelOrOneThatTheModelDoesNotKnow() {
    RowSet rows =
        loaded(spec().infer(csv("a,b,y", "1,2,dog", "1,2,", "1,2,emu"), ANIMALS)).selected();
    assertThat(IntStream.range(0, 3).map(rows::classId))
        .containsExactly(1, RowSet.UNKNOWN, RowSet.UNKNOWN);
    assertThat(IntStream.range(0, 3).mapToObj(rows::labelled)).containsExactly(true, false, true);
    assertThat(IntStream.range(0, 3).mapToObj(rows::labelKnown))
        .containsExactly(true, false, false);
    assertThat(rows.countLabelled()).isEqualTo(2);
    assertThat(IntStream.range(0, 3).mapToObj(rows::labelText)).containsExactly("dog", "", "emu");
  }

  @Test
  void aFileWithoutLabelColumnIsAnswered() {
    RowSet rows = loaded(spec().label(null).infer(csv("1,2", "3,4"), ANIMALS)).selected();
    assertThat(rows.size()).isEqualTo(2);
    assertThat(rows.countLabelled()).isZero();
    assertThat(rows.labelText(0)).isEmpty();
  }

  @Test
  void columnsAreFoundByTheModelsNamesInTheModelsOrder() {
    byte[] file = csv("id,b,y,a", "x17,6,dog,3");
    Dataset answered = loaded(spec().infer(file, ANIMALS));
    assertThat(answered.featureNames()).containsExactly("a", "b");
    assertThat(features(answered.selected(), 0, 2)).containsExactly(1, 1);
  }

  @Test
  void aColumnThatTheModelNeedsAndTheFileLacksIsNamed() {
    assertThat(onlyProblem(spec().infer(csv("a,c,y", "1,2,dog"), ANIMALS)).what())
        .isEqualTo("There is no column 'b' to be a feature.");
  }

  @Test
  void anotherNumberOfFeaturesIsExplained() {
    var problem = onlyProblem(spec().label(null).infer(csv("1,2,0", "3,4,1"), ANIMALS));
    assertThat(problem.what())
        .isEqualTo("The file gives 3 feature columns, but the model takes 2.");
    assertThat(problem.mend()).contains("dataset.label");
  }

  @Test
  void theHeldOutRowsOfTrainingAreFoundAgain() {
    byte[] file = csv(IntStream.range(0, 50).mapToObj(i -> i + "," + i % 2).toArray(String[]::new));
    Dataset trained = loaded(spec().label("1").holdout(0.2).scaling(Scaling.STANDARD).train(file));
    NetworkFacts model = CsvFiles.model(List.of(), trained.classes(), trained.featureScale(), NONE);
    RowSet answered =
        loaded(spec().label("1").holdout(0.2).rows(Rows.HOLDOUT).infer(file, model)).selected();
    assertThat(fileRows(answered)).isEqualTo(fileRows(trained.holdout()));
    for (int row = 0; row < answered.size(); row++) {
      assertThat(features(answered, row, 1)).isEqualTo(features(trained.holdout(), row, 1));
      assertThat(answered.classId(row)).isEqualTo(trained.holdout().classId(row));
    }
  }

  @Test
  void heldOutRowsThatDoNotExistAreAProblem() {
    var problem = onlyProblem(spec().rows(Rows.HOLDOUT).infer(csv("a,b,y", "1,2,dog"), ANIMALS));
    assertThat(problem.what()).contains("there are none");
  }

  @Test
  void wholeNumbersAreRecognisedWithOrWithoutZerosBehindThePoint() {
    RowSet rows = answered(List.of("0", "1.0"), "1.0", "0", "1", "0.00", "7");
    assertThat(IntStream.range(0, 5).map(rows::classId))
        .containsExactly(1, 0, 1, 0, RowSet.UNKNOWN);
    assertThat(rows.labelText(2)).isEqualTo("1.0");
  }

  @Test
  void aLabelThatDiffersInItsLastDigitOrInLeadingZerosIsAnotherOne() {
    RowSet rows =
        answered(
            List.of("7", "1234567890123456789"),
            "007",
            "1234567890123456790",
            "1234567890123456789");
    assertThat(IntStream.range(0, 3).map(rows::classId))
        .containsExactly(RowSet.UNKNOWN, RowSet.UNKNOWN, 1);
    assertThat(IntStream.range(0, 3).mapToObj(rows::labelText))
        .containsExactly("007", "1234567890123456790", "1234567890123456789");
  }

  @Test
  void classesOfModelsThatWereTrainedWhenNumbersWereOneClassByValueAreStillFound() {
    RowSet rows = answered(List.of("-1", "0", "2.5", "1.2345678901234568E18"), "-1.0", "0", "2.5");
    assertThat(IntStream.range(0, 3).map(rows::classId)).containsExactly(0, 1, 2);
  }

  @Test
  void labelsThatAreNumbersAreGivenBackAsTheyAreWritten() {
    NetworkFacts prices =
        CsvFiles.model(
            List.of(),
            List.of(),
            new Affine(List.of(0.0), List.of(1.0)),
            new Affine(List.of(0.0), List.of(1.0)));
    RowSet rows =
        loaded(spec().label("1").infer(csv("1,9007199254740993", "2,", "3,0.50"), prices))
            .selected();
    assertThat(IntStream.range(0, 3).mapToObj(rows::labelText))
        .containsExactly("9007199254740993", "", "0.50");
  }

  @Test
  void aRowThatHoldsANumberBeyondTheRangeOfFloatsIsToldAndTheOthersAreRead() {
    byte[] file =
        csv("a,b,y", "3,6,dog", "1e39,6,dog", "-inf,6,", "3,1e999999999,cat", "3e38,6,dog");
    RowSet rows = loaded(spec().infer(file, ANIMALS)).selected();
    assertThat(IntStream.range(0, 5).mapToObj(rows::usable))
        .containsExactly(true, false, false, false, true);
    assertThat(features(rows, 0, 2)).containsExactly(1, 1);
    assertThat(features(rows, 3, 2)).as("what an engine is given").containsExactly(0, 0);
    assertThat(CsvFiles.rawFeatures(rows, 3, 2)).containsExactly(0, 0);
    assertThat(rows.labelText(3)).isEqualTo("cat");
  }

  @Test
  void aRowThatScalingTakesOutOfRangeIsToldWhereTheModelScalesAndThereIsNothingToSet() {
    NetworkFacts fine =
        CsvFiles.model(
            List.of(), List.of("0", "1"), new Affine(List.of(0.0), List.of(1e-30)), NONE);
    RowSet rows = loaded(spec().label("1").infer(csv("1,0", "1e20,1"), fine)).selected();
    assertThat(rows.usable(0)).isTrue();
    assertThat(rows.usable(1)).isFalse();
  }

  @Test
  void whatIsNoNumberAtAllIsAProblemStill() {
    assertThat(onlyProblem(spec().infer(csv("a,b,y", "1,x,dog"), ANIMALS)).what())
        .isEqualTo("'x' is not a number.");
    assertThat(onlyProblem(spec().infer(csv("a,b,y", "1,nan,dog"), ANIMALS)).what())
        .isEqualTo("'nan' is not a finite number.");
  }

  /** Rows with these labels, as a model of some classes reads them. */
  private static RowSet answered(List<String> classes, String... labels) {
    NetworkFacts model =
        CsvFiles.model(List.of(), classes, new Affine(List.of(0.0), List.of(1.0)), NONE);
    String[] lines = Stream.of(labels).map(label -> "5," + label).toArray(String[]::new);
    return loaded(spec().label("1").infer(csv(lines), model)).selected();
  }

  @Test
  void aModelThatGivesNumbersReadsLabelsAsNumbersWhateverTheSpecificationSays() {
    NetworkFacts prices =
        CsvFiles.model(
            List.of(),
            List.of(),
            new Affine(List.of(0.0), List.of(1.0)),
            new Affine(List.of(100.0), List.of(50.0)));
    RowSet rows = loaded(spec().label("1").infer(csv("1,150", "2,"), prices)).selected();
    assertThat(rows.target(0)).isEqualTo(1f);
    assertThat(rows.target(1)).isNaN();
    assertThat(rows.rawTarget(0)).isEqualTo(150);
    assertThat(rows.labelled(0)).isTrue();
    assertThat(rows.labelled(1)).isFalse();
  }
}
