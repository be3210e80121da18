package dev.sluice.schemas.topics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockKeyTest {

  @Test
  void keysHaveTheirParts() {
    var block = BlockKey.of(Topic.blockKey("job", 12));
    assertThat(block).isEqualTo(new BlockKey("job", 12, ""));
    assertThat(block.isParameters()).isTrue();

    var state = BlockKey.of(Topic.foldedKey("job", 12));
    assertThat(state.block()).isEqualTo(12);
    assertThat(state.isState()).isTrue();
    assertThat(state.isParameters()).isFalse();

    var vector = BlockKey.of(Topic.foldedKey("job", 12, "moment1"));
    assertThat(vector.jobId()).isEqualTo("job");
    assertThat(vector.block()).isEqualTo(12);
    assertThat(vector.isState() || vector.isParameters()).isFalse();
  }

  /** Anyone may write anything. */
  @ParameterizedTest
  @ValueSource(
      strings = {"", "job", "/", "job/", "job/-1", "job/x/state", "job/99999999999", "job/+1"})
  void whatNamesNoBlockHasNone(String key) {
    assertThat(BlockKey.of(key).block()).isNegative();
  }
}
