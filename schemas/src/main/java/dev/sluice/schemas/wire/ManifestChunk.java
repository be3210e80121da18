package dev.sluice.schemas.wire;

import java.util.List;

/**
 * A bounded piece of an inference job's manifest, and what its answers add up to.
 *
 * @param jobId job id
 * @param chunk number of the chunk, from 0
 * @param ranges ranges in row order; a task that is not reported yet has none
 * @param measured sums over the labelled rows of these ranges
 */
public record ManifestChunk(String jobId, int chunk, List<ResultRange> ranges, Measured measured)
    implements StoredState {
  public ManifestChunk {
    ranges = List.copyOf(ranges);
  }
}
