package dev.sluice.coordinator.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.coordinator.simulation.Specs;
import dev.sluice.schemas.accelerator.Catalogue;
import dev.sluice.schemas.wire.Lane;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Devices of the shipped catalogue are refused for what they lack, and for nothing else. */
class AdmissionTest {

  private final Admission admission = new Admission(Catalogue.builtIn());

  private List<String> reasons(String accelerator) {
    return admission
        .judge(
            Specs.training(10, 4, null), List.of(new Lane("lane", accelerator, 0, 1)), Fleet.EMPTY)
        .getFirst()
        .reasons();
  }

  @Test
  void anAtomLacksTrainingSoftwareAndNotFloatingPoint() {
    assertThat(reasons("rbln-atom"))
        .containsExactly("Training is asked for, and there is no training software for rbln-atom.");
  }

  @Test
  void aWarboyLacksBoth() {
    assertThat(reasons("furiosa-warboy"))
        .hasSize(2)
        .contains("The numbers are fp32, and furiosa-warboy accepts int8.");
  }

  @Test
  void whereNobodySaysWhetherItTrainsTheReasonSaysSo() {
    assertThat(reasons("aws-inferentia2").getFirst())
        .contains("there is no published training software for aws-inferentia2");
  }

  @Test
  void aGpuTrains() {
    assertThat(reasons("nvidia-h100-sxm")).isEmpty();
  }

  @Test
  void anUnknownModelGetsTheNearestNames() {
    assertThat(reasons("nvidia-h100-smx").getFirst())
        .contains("is not in the catalogue. Did you mean 'nvidia-h100-sxm'?");
  }
}
