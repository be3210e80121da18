package dev.sluice.schemas.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Guesses help where they are near and stay silent where they are not. */
class NearestNameTest {
  private static final List<String> FIELDS = List.of("learningRate", "momentum", "weightDecay");

  @Test
  void aSlipIsRecognised() {
    assertThat(NearestName.of("learningrate", FIELDS)).isEqualTo("learningRate");
    assertThat(NearestName.of("learning_rate", FIELDS)).isEqualTo("learningRate");
    assertThat(NearestName.of("hihg", List.of("low", "high"))).isEqualTo("high");
    assertThat(NearestName.of("momentun", FIELDS)).isEqualTo("momentum");
    assertThat(NearestName.hint("wieghtDecay", FIELDS)).isEqualTo("Did you mean 'weightDecay'? ");
  }

  @Test
  void somethingElseIsNot() {
    assertThat(NearestName.of("beta1", FIELDS)).isNull();
    assertThat(NearestName.hint("beta1", FIELDS)).isEmpty();
    assertThat(NearestName.of("x", List.of())).isNull();
  }

  @Test
  void theNearestOfSeveralIsTaken() {
    assertThat(NearestName.of("beta3", List.of("alpha", "beta", "beta1"))).isEqualTo("beta");
  }

  @Test
  void namesThatContainWhatWasWrittenAreHintsToo() {
    var names = List.of("north-1", "north-2", "south");

    assertThat(NearestName.hints("north", names))
        .isEqualTo("Did you mean 'north-1' or 'north-2'? ");
    assertThat(NearestName.hints("soth", names)).isEqualTo("Did you mean 'south'? ");
    assertThat(NearestName.hints("", names)).isEmpty();
    assertThat(NearestName.hints("o", names)).isEmpty();
  }

  @Test
  void namesThatBeginWithNearlyAllOfWhatWasWrittenAreHintsToo() {
    var names = List.of("nvidia-h100-pcie", "nvidia-h100-sxm", "nvidia-h200", "nvidia-a100");

    assertThat(NearestName.hints("nvidia-h1000", names))
        .isEqualTo("Did you mean 'nvidia-h100-pcie' or 'nvidia-h100-sxm'? ");
  }

  @Test
  void namesThatShareAWordWhichFewHaveAreHintsToo() {
    var names = List.of("rbln-atom", "rbln-atom-max", "rbln-rebel-quad", "nvidia-t4");

    assertThat(NearestName.hints("rebellions-atom", names))
        .isEqualTo("Did you mean 'rbln-atom' or 'rbln-atom-max'? ");
    assertThat(NearestName.hints("furiosa-t4", names)).isEmpty();
  }

  @Test
  void aNameOfAMillionCharactersIsNotCompared() {
    assertThat(NearestName.of("x".repeat(1_000_000), FIELDS)).isNull();
  }
}
