package dev.sluice.jobs.dataset;

import static dev.sluice.jobs.dataset.CsvFiles.csv;
import static dev.sluice.jobs.dataset.CsvFiles.features;
import static dev.sluice.jobs.dataset.CsvFiles.fileRows;
import static dev.sluice.jobs.dataset.CsvFiles.loaded;
import static dev.sluice.jobs.dataset.CsvFiles.onlyProblem;
import static dev.sluice.jobs.dataset.CsvFiles.rawFeatures;
import static dev.sluice.jobs.dataset.CsvFiles.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.BooleanColumn;
import dev.sluice.schemas.wire.CategoryColumn;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.Missing;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.NumberColumn;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.Rows;
import dev.sluice.schemas.wire.Scaling;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Columns of names and truth values, and cells without a value. */
class FeatureColumnsTest {
  private static final byte[] PETS =
      csv(
          "weight,coat,indoors,y",
          "4,short,yes,cat",
          "30,long,no,dog",
          "5,long,yes,cat",
          "20,wire,no,dog");

  /** The model that a data set would become. */
  private static NetworkFacts modelOf(Dataset dataset) {
    return new NetworkFacts(
        new LayerStack(List.of(), List.of()),
        List.of(dataset.features()),
        Math.max(1, dataset.classes().size()),
        dataset.classes().isEmpty() ? Objective.MEAN_SQUARED_ERROR : Objective.CROSS_ENTROPY,
        dataset.classes(),
        dataset.featureNames(),
        dataset.featureScale(),
        dataset.targetScale(),
        List.of(),
        0,
        0,
        List.of(),
        dataset.columns());
  }

  @Test
  void aHoldOutFileThatBecomesTooManyInputsIsRefusedBeforeThereIsRoomForThem() {
    var first = Stream.concat(Stream.of("coat,y"), rows(1_000, i -> "c" + i + "," + i % 2));
    var held = Stream.concat(Stream.of("coat,y"), rows(140_000, i -> "c1,0"));
    assertThat(
            onlyProblem(
                    spec()
                        .categorical("coat")
                        .holdoutFile()
                        .train(csv(first.toArray(String[]::new)), csv(held.toArray(String[]::new))))
                .what())
        .isEqualTo("The hold-out file becomes 140000 rows of 1000 inputs.");
  }

  private static Stream<String> rows(int count, IntFunction<String> row) {
    return IntStream.range(0, count).mapToObj(row);
  }

  @Test
  void aCategoryIsOneInputForEachAndATruthValueIsOneOrZero() {
    Dataset pets = loaded(spec().categorical("coat").train(PETS));
    assertThat(pets.featureNames()).containsExactly("weight", "coat", "indoors");
    assertThat(pets.columns())
        .containsExactly(
            new NumberColumn(null),
            new CategoryColumn(List.of("long", "short", "wire"), null),
            new BooleanColumn(null));
    assertThat(pets.features()).isEqualTo(5);
    assertThat(features(pets.training(), 0, 5)).containsExactly(4, 0, 1, 0, 1);
    assertThat(features(pets.training(), 3, 5)).containsExactly(20, 0, 0, 1, 0);
  }

  @Test
  void onlyNumbersAreScaled() {
    Dataset pets = loaded(spec().categorical("coat").scaling(Scaling.MIN_MAX).train(PETS));
    assertThat(pets.featureScale().shift()).containsExactly(4.0, 0.0, 0.0, 0.0, 0.0);
    assertThat(features(pets.training(), 1, 5)).containsExactly(1, 1, 0, 0, 0);
    assertThat(rawFeatures(pets.training(), 1, 5)).containsExactly(30, 1, 0, 0, 0);
  }

  @Test
  void aFileOfNumbersHasNoColumnsToRemember() {
    assertThat(loaded(spec().train(csv("a,y", "1,cat", "2,dog"))).columns()).isEmpty();
  }

  @Test
  void numbersCanBeCategoriesAsTheyAreWritten() {
    Dataset codes =
        loaded(spec().label("1").categorical("0").train(csv("007,a", "7,b", "007,a", "12,b")));
    assertThat(codes.columns())
        .containsExactly(new CategoryColumn(List.of("007", "12", "7"), null));
  }

  @Test
  void textIsNoReasonToTakeTheFirstLineForAHeaderWhereCategoriesOrTruthValuesStand() {
    byte[] file = csv("1,red,true,a", "2,blue,false,b", "3,red,true,a");
    Dataset dataset = loaded(spec().label("3").categorical("1").train(file));
    assertThat(dataset.training().size()).isEqualTo(3);
    Dataset answered = loaded(spec().label("3").infer(file, modelOf(dataset)));
    assertThat(answered.selected().size()).isEqualTo(3);
    assertThat(features(answered.selected(), 1, 4)).containsExactly(2, 1, 0, 0);
  }

  @Test
  void inInferenceTheModelKnowsItsColumns() {
    NetworkFacts model = modelOf(loaded(spec().categorical("coat").train(PETS)));
    byte[] file = csv("y,indoors,coat,weight", "cat,1,wire,6", ",FALSE,short,7");
    Dataset answered = loaded(spec().infer(file, model));
    assertThat(features(answered.selected(), 0, 5)).containsExactly(6, 0, 0, 1, 1);
    assertThat(features(answered.selected(), 1, 5)).containsExactly(7, 0, 1, 0, 0);
  }

  @Test
  void aCategoryThatTheModelDoesNotKnowLeavesItsRowWithoutAnAnswerAndNoOther() {
    NetworkFacts model = modelOf(loaded(spec().categorical("coat").train(PETS)));
    RowSet rows =
        loaded(spec().infer(csv("weight,coat,indoors,y", "6,curly,no,", "7,wire,no,"), model))
            .selected();
    assertThat(rows.usable(0)).isFalse();
    assertThat(rows.usable(1)).isTrue();
  }

  @Test
  void aTruthValueAmongNumbersIsAProblemWhereItStands() {
    var problem = onlyProblem(spec().train(csv("a,y", "1,cat", "true,dog")));
    assertThat(problem.where()).isEqualTo("line 3, column 'a'");
    assertThat(problem.mend()).contains("dataset.categorical");
    assertThat(onlyProblem(spec().train(csv("a,y", "yes,cat", "1,dog"))).where())
        .isEqualTo("line 3, column 'a'");
  }

  @Test
  void aColumnOfWordsIsSaidToBeOneOfCategories() {
    assertThat(onlyProblem(spec().header(true).train(csv("a,y", "red,cat", "1,dog"))).mend())
        .contains("dataset.categorical");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "NA", "n/a", "#N/A", "NaN", "null", "?"})
  void aMissingValueIsRefusedUnlessTheJobSaysWhatBecomesOfIt(String nothing) {
    byte[] file = csv("a,b,y", "1,1,cat", nothing + ",1,dog", "3,1,dog");
    assertThat(onlyProblem(spec().header(true).train(file)).mend()).contains("dataset.missing");
    Dataset filled = loaded(spec().header(true).missing(Missing.MEAN).train(file));
    assertThat(features(filled.training(), 1, 2)).containsExactly(2, 1);
  }

  @ParameterizedTest
  @CsvSource({"MEAN, 4", "MEDIAN, 2", "MOST_FREQUENT, 2"})
  void whatStandsForAMissingNumberComesFromTheTrainingRows(Missing how, double fill) {
    byte[] file = csv("a,b,y", "2,0,cat", "2,0,dog", ",0,cat", "8,0,dog");
    Dataset dataset = loaded(spec().missing(how).train(file));
    assertThat(dataset.columns()).containsExactly(new NumberColumn(fill), new NumberColumn(0.0));
    byte[] other = csv("a,b,y", "100,7,cat", ",7,cat");
    Dataset answered = loaded(spec().infer(other, modelOf(dataset)));
    assertThat(features(answered.selected(), 1, 2)).containsExactly((float) fill, 7);
  }

  @Test
  void theMedianOfAnEvenNumberIsBetweenTheTwoInTheMiddle() {
    byte[] file = csv("a,b,y", "1,0,cat", "4,0,dog", ",0,cat");
    Dataset dataset = loaded(spec().missing(Missing.MEDIAN).train(file));
    assertThat(dataset.columns().getFirst()).isEqualTo(new NumberColumn(2.5));
  }

  @Test
  void heldOutRowsHaveNoPartInWhatStandsForMissingValues() {
    byte[] file =
        csv(
            IntStream.range(0, 100)
                .mapToObj(i -> (i % 10 == 0 ? "" : i) + "," + i + "," + i % 2)
                .toArray(String[]::new));
    var asked = spec().label("2").holdout(0.5).missing(Missing.MEAN);
    Dataset dataset = loaded(asked.train(file));
    double mean =
        IntStream.range(0, dataset.training().size())
            .mapToLong(dataset.training()::fileRow)
            .filter(row -> row % 10 != 0)
            .average()
            .orElseThrow();
    assertThat(dataset.columns().getFirst()).isEqualTo(new NumberColumn(mean));
  }

  @Test
  void categoriesAndTruthValuesAreFilledWithTheMostFrequentWhateverNumbersGet() {
    byte[] file = csv("coat,indoors,y", "long,yes,cat", "long,yes,dog", "wire,no,cat", ",,dog");
    Dataset dataset = loaded(spec().categorical("coat").missing(Missing.MEAN).train(file));
    assertThat(dataset.columns())
        .containsExactly(
            new CategoryColumn(List.of("long", "wire"), "long"), new BooleanColumn(true));
    assertThat(features(dataset.training(), 3, 3)).containsExactly(1, 0, 1);
  }

  @Test
  void rowsThatAreDroppedAreInNoPartOfTheSplitAndCounted() {
    byte[] file = csv("a,y", "1,cat", ",dog", "3,", "4,dog", "5,cat", "6,dog");
    var asked = spec().holdout(0.5).missing(Missing.DROP);
    Dataset dataset = loaded(asked.train(file));
    assertThat(dataset.dropped()).isEqualTo(2);
    assertThat(dataset.training().size() + dataset.holdout().size()).isEqualTo(4);
    assertThat(fileRows(dataset.training())).doesNotContain(1, 2);
    assertThat(fileRows(dataset.holdout())).doesNotContain(1, 2);
  }

  @Test
  void aLabelThatSaysThatItIsMissingIsNoClassWhereRowsAreDropped() {
    byte[] file = csv("a,y", "1,cat", "2,NA", "3,?", "4,dog", "5,cat");
    Dataset dropping = loaded(spec().missing(Missing.DROP).train(file));
    assertThat(dropping.dropped()).isEqualTo(2);
    assertThat(dropping.classes()).containsExactly("cat", "dog");
    assertThat(loaded(spec().train(file)).classes()).contains("NA", "?");
  }

  /** Which rows are held out depends on nothing but seed, share and number of rows. */
  @Test
  void droppingRowsMovesNoOtherToAnotherPart() {
    byte[] whole = csv("a,y", "1,cat", "2,dog", "3,cat", "4,dog", "5,cat", "6,dog");
    byte[] gap = csv("a,y", "1,cat", ",dog", "3,cat", "4,dog", "5,cat", "6,dog");
    var asked = spec().holdout(0.5).missing(Missing.DROP);
    assertThat(fileRows(loaded(asked.train(whole)).holdout()))
        .contains(fileRows(loaded(asked.train(gap)).holdout()));
  }

  @Test
  void aRowThatLacksWhatNothingStandsForGetsNoAnswerWhereTheJobDropsSuchRows() {
    NetworkFacts model = modelOf(loaded(spec().train(csv("a,b,y", "1,1,cat", "2,1,dog"))));
    byte[] file = csv("a,b,y", ",1,cat", "2,1,dog");
    assertThat(onlyProblem(spec().infer(file, model)).mend()).contains("dataset.missing to drop");
    RowSet rows = loaded(spec().missing(Missing.DROP).infer(file, model)).selected();
    assertThat(rows.usable(0)).isFalse();
    assertThat(rows.usable(1)).isTrue();
  }

  @Test
  void aColumnWithoutAnyValueIsAProblem() {
    var problem = onlyProblem(spec().missing(Missing.MEAN).train(csv("a,b,y", ",1,cat", ",2,dog")));
    assertThat(problem.where()).isEqualTo("column 'a'");
  }

  @Test
  void aColumnThatIsNoFeatureIsNotEncoded() {
    assertThat(onlyProblem(spec().features("weight").categorical("coat").train(PETS)).where())
        .isEqualTo("dataset.categorical[0]");
    assertThat(onlyProblem(spec().categorical("coats").train(PETS)).mend()).contains("coat");
  }

  @Test
  void aStratifiedSplitHoldsOutTheSameShareOfEachClass() {
    byte[] file =
        csv(
            IntStream.range(0, 100)
                .mapToObj(i -> i + "," + (i < 90 ? "common" : "rare"))
                .toArray(String[]::new));
    var asked = spec().label("1").holdout(0.2).stratified();
    for (long seed = 0; seed < 20; seed++) {
      Dataset dataset = loaded(asked.splitSeed(seed).train(file));
      assertThat(fileRows(dataset.holdout())).hasSize(20);
      assertThat(IntStream.range(0, 20).filter(i -> dataset.holdout().classId(i) == 1).count())
          .isEqualTo(2);
      Dataset again =
          loaded(asked.splitSeed(seed).rows(Rows.HOLDOUT).infer(file, modelOf(dataset)));
      assertThat(fileRows(again.selected())).isEqualTo(fileRows(dataset.holdout()));
    }
  }

  @Test
  void numbersCannotBeStratified() {
    assertThat(
            onlyProblem(spec().regression().stratified().train(csv("a,y", "1,2", "2,3"))).where())
        .isEqualTo("dataset.stratified");
  }
}
