package dev.sluice.fold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.Sgd;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a partition's fold does with its blocks is in {@code PartitionFoldTest}. */
class BlockFoldTest {

  private static final int SHARDS = 4;

  private final Set<float[]> vectors = Collections.newSetFromMap(new IdentityHashMap<>());

  private final BlockFold fold =
      new BlockFold(
          "j",
          0,
          new FoldStarted(
              2,
              2,
              2,
              SHARDS,
              new Sgd(0.9, true, 0.01),
              0.1,
              new Constant(),
              0,
              10,
              1_000,
              "engine",
              BlockFold.VERSION,
              null,
              true));

  @Test
  void aStepLeavesNoVectorsToBeCollected() {
    contribute(contribution(-1, 0, 1));
    for (int step = 0; step < 200; step++) {
      for (int shard = 0; shard < SHARDS; shard++) {
        contribute(contribution(step, (shard + step) % SHARDS, 1));
      }
    }
    assertThat(fold.generation()).isEqualTo(200);
    assertThat(vectors).hasSizeLessThanOrEqualTo(8);
  }

  @Test
  void aSnapshotStaysAsItWas() {
    contribute(contribution(-1, 0, 1));
    contribute(contribution(0, 0, 4));
    contribute(contribution(1, 2, 1));
    var snapshot = fold.snapshot();
    var before = new TreeMap<String, float[]>();
    snapshot.vectors().forEach((name, values) -> before.put(name, values.clone()));
    assertThat(before).containsKeys("current", "moment1", "pending-0");

    var other = BlockFold.restore(snapshot);
    for (int step = 1; step < 20; step++) {
      contribute(contribution(step, 0, 4));
      other.contribute(contribution(step, 0, 4), output -> {});
    }
    before.forEach((name, values) -> assertThat(snapshot.vectors().get(name)).isEqualTo(values));
    assertThat(BlockFold.restore(snapshot).generation()).isEqualTo(1);
  }

  private void contribute(Contribution contribution) {
    fold.contribute(
        contribution,
        output -> {
          if (output instanceof FoldOutput.Generation generation) {
            vectors.add(generation.values());
          }
        });
  }

  private static Contribution contribution(long step, int shardFrom, int shards) {
    var payload = Vectors.bytes(new float[] {shards * 0.5f, step - shardFrom});
    return new Contribution(
        0,
        step,
        shardFrom,
        shards,
        shards,
        1,
        true,
        "engine",
        Vectors.crc32c(payload),
        payload,
        null);
  }
}
