package dev.sluice.schemas.wire;

import java.util.List;

/**
 * Most shards have contributed to a step and some have not, for much longer than the others took.
 *
 * @param jobId job id
 * @param step step
 * @param shards shards whose contributions are missing
 */
public record ShardsLate(String jobId, long step, List<Integer> shards) implements JobEvent {

  public ShardsLate {
    shards = List.copyOf(shards);
  }
}
