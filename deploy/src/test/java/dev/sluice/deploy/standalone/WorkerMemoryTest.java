package dev.sluice.deploy.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.platform.config.ConfigProblem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WorkerMemoryTest {
  private static final long GIB = 1L << 30;

  @Test
  void workersShareHalfOfTheMachineWithinBounds() {
    assertThat(WorkerMemory.heap(null, 8 * GIB, 4)).isEqualTo("1024m");
    assertThat(WorkerMemory.heap(null, 8 * GIB, 0)).isEqualTo("4096m");
    assertThat(WorkerMemory.heap("", 2 * GIB, 64)).isEqualTo("512m");
    assertThat(WorkerMemory.heap(null, 1024 * GIB, 2)).isEqualTo("4096m");
  }

  @Test
  void whatIsGivenIsTaken() {
    assertThat(WorkerMemory.heap("1500m", 8 * GIB, 4)).isEqualTo("1500m");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2 GB", "much", "-1g", "0"})
  void whatIsNoSizeIsAnErrorThatNamesTheVariable(String given) {
    assertThatThrownBy(() -> WorkerMemory.heap(given, 8 * GIB, 1))
        .isInstanceOf(ConfigProblem.class)
        .hasMessageContaining(given)
        .hasMessageContaining(WorkerMemory.VARIABLE);
  }
}
