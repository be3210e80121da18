package dev.sluice.jobs.dataset;

import static dev.sluice.jobs.dataset.CsvFiles.csv;
import static dev.sluice.jobs.dataset.CsvFiles.loaded;
import static dev.sluice.jobs.dataset.CsvFiles.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.ClassWeight;
import dev.sluice.schemas.wire.ClassWeights;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How much each class counts. */
class ClassWeightingTest {
  /** Three cats, one dog. */
  private static final Dataset PETS =
      loaded(spec().train(csv("a,y", "1,cat", "2,cat", "3,dog", "4,cat")));

  @Test
  void askedForNothingEveryRowCountsTheSame() {
    assertThat(ClassWeighting.of(ClassWeights.NONE, PETS).weights()).isEmpty();
  }

  /** n / (k n_c) as scikit-learn has it: 4 / (2 x 3) and 4 / (2 x 1). */
  @Test
  void balancedClassesCountTheSameWhateverTheirNumber() {
    var weighting = ClassWeighting.of(new ClassWeights(true, List.of()), PETS);
    assertThat(weighting.weights()).containsExactly(4.0 / 6, 2.0);
  }

  @Test
  void weightsKeepTheirProportionAndTheirMeanOverTheTrainingRowsIsOne() {
    var asked = new ClassWeights(false, List.of(new ClassWeight("dog", 5)));
    var weights = ClassWeighting.of(asked, PETS).weights();
    assertThat(weights).containsExactly(0.5, 2.5);
    assertThat((3 * weights.get(0) + weights.get(1)) / 4).isEqualTo(1);
  }

  @Test
  void aClassThatIsNotThereIsSaidWithTheNearestThatIs() {
    var asked = new ClassWeights(false, List.of(new ClassWeight("dogs", 5)));
    var problem = ClassWeighting.of(asked, PETS).problems().getFirst();
    assertThat(problem.where()).isEqualTo("classWeights.dogs");
    assertThat(problem.mend()).contains("dog");
  }

  @Test
  void classesThatAreNumbersAreNamedAsNumbersAreCompared() {
    var digits = loaded(spec().train(csv("a,y", "1,3", "2,4", "3,3.0", "4,4")));
    var asked = new ClassWeights(false, List.of(new ClassWeight("3", 3)));
    assertThat(ClassWeighting.of(asked, digits).weights()).containsExactly(1.5, 0.5);

    var twice =
        new ClassWeights(false, List.of(new ClassWeight("3", 3), new ClassWeight("3.0", 1)));
    assertThat(ClassWeighting.of(twice, digits).problems())
        .singleElement()
        .asString()
        .contains("classWeights.3.0", "Class '3' is weighted twice.");
  }
}
