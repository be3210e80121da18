package dev.sluice.schemas.wire;

import java.util.List;

/**
 * A bounded piece of an inference job's manifest.
 *
 * @param jobId job id
 * @param chunk number of the chunk, from 0
 * @param ranges ranges in row order; a task that is not reported yet has none
 */
public record ManifestChunk(String jobId, int chunk, List<ResultRange> ranges)
    implements StoredState {
  public ManifestChunk {
    ranges = List.copyOf(ranges);
  }
}
