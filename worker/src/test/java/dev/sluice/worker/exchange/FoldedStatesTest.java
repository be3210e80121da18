package dev.sluice.worker.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.fold.BlockFold;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.wire.BlockCheckpoint;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.FoldedBlock;
import dev.sluice.schemas.wire.FoldedVector;
import dev.sluice.schemas.wire.Sgd;
import java.util.List;
import org.junit.jupiter.api.Test;

class FoldedStatesTest {

  private final FoldedStates states = new FoldedStates();

  @Test
  void aStateIsItsVectorsAndThenItsHead() {
    states.add(vector(5, "current", 1));
    states.add(vector(5, "moment1", 2));
    var state = states.put(head(5, "current", "moment1")).orElseThrow();
    assertThat(state.vectors().get("current")).containsExactly(1);
    assertThat(state.vectors().get("moment1")).containsExactly(2);
    // It was taken: another needs its own.
    assertThat(states.put(head(5, "current", "moment1"))).isEmpty();
  }

  @Test
  void whatLacksAVectorIsNoState() {
    states.add(vector(5, "current", 1));
    assertThat(states.put(head(5, "current", "moment1"))).isEmpty();
  }

  /** Two owners of a partition, of which one is on its way out. */
  @Test
  void vectorsOfAnotherOffsetBelongToAnotherState() {
    states.add(vector(5, "current", 1));
    states.add(vector(9, "current", 3));
    states.add(vector(9, "moment1", 4));
    assertThat(states.put(head(9, "current", "moment1")).orElseThrow().vectors().get("current"))
        .containsExactly(3);
    states.add(vector(5, "current", 1));
    states.add(vector(9, "moment1", 4));
    assertThat(states.put(head(9, "current", "moment1"))).isEmpty();
  }

  @Test
  void aBlockOfWhichNothingHasComeHasNoVectors() {
    assertThat(states.put(head(5)).orElseThrow().vectors()).isEmpty();
  }

  @Test
  void whatIsDamagedIsRefused() {
    var payload = Vectors.bytes(new float[] {1});
    assertThatThrownBy(() -> states.add(new FoldedVector("job", 0, 5, "current", 0, payload)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("checksum");
    assertThatThrownBy(
            () ->
                states.add(new FoldedVector("job", 0, 5, "x", crc(3), Vectors.bytes(new float[0]))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatIsForgottenIsNoPartOfAState() {
    states.add(vector(5, "current", 1));
    states.forget("job");
    assertThat(states.put(head(5, "current"))).isEmpty();
  }

  private static int crc(float value) {
    return Vectors.crc32c(Vectors.bytes(new float[] {value}));
  }

  private static FoldedVector vector(long nextOffset, String name, float value) {
    return new FoldedVector(
        "job", 0, nextOffset, name, crc(value), Vectors.bytes(new float[] {value}));
  }

  private static FoldedBlock head(long nextOffset, String... vectors) {
    var plan =
        new FoldStarted(
            1,
            1,
            1,
            1,
            new Sgd(0.9, false, 0),
            0.1,
            new Constant(),
            0,
            1,
            1,
            "engine",
            BlockFold.VERSION,
            null,
            true);
    return new FoldedBlock(
        nextOffset,
        new BlockCheckpoint("job", 0, plan, 0, List.of(vectors), List.of(), 0, 0, 0, null));
  }
}
