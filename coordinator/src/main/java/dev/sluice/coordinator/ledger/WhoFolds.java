package dev.sluice.coordinator.ledger;

import dev.sluice.jobs.rules.FoldMemory;
import dev.sluice.schemas.wire.SumEncoding;
import dev.sluice.schemas.wire.SumFormat;
import dev.sluice.schemas.wire.TrainingSpec;

/**
 * Whether the workers of a training job fold for themselves. It saves them a way over the log in
 * each step: a worker reads the contributions of all groups, instead of waiting for parameters that
 * a coordinator has made of them. That is worth it where what it reads is little, or no more than
 * what would cross the log otherwise.
 *
 * <p>With g groups and a vector of b bytes, g b are written and g g b read in a step where workers
 * fold (and g b by the coordinator, which folds beside them); (g + 1) b are written and 2 g b read
 * where it alone does. Up to two groups the former is less.
 */
final class WhoFolds {

  private static final int GROUPS_ALWAYS = 2;

  /** What the fold of a job may take of a worker's heap, which is 512 MiB or more. */
  private static final long MEMORY_BYTES_MAX = 192L << 20;

  private WhoFolds() {}

  /**
   * @param spec the job
   * @param encoding in how many bits its sums travel, where there is a group for each worker
   * @param floats length of its flat vector
   * @param workers workers that its lane has for it now
   * @param bytesMax what a worker may read for a step, beyond two groups; 0: workers never fold
   */
  static boolean workers(
      TrainingSpec spec, SumEncoding encoding, long floats, int workers, long bytesMax) {
    int groups = Math.clamp(workers, 1, spec.shards());
    long bytes =
        groups * bytes(groups == encoding.groups() ? encoding.format() : SumFormat.FP32, floats);
    return bytesMax > 0
        && FoldMemory.of(spec, floats).bytes() <= MEMORY_BYTES_MAX
        && (groups <= GROUPS_ALWAYS || bytes <= bytesMax);
  }

  private static long bytes(SumFormat format, long floats) {
    return switch (format) {
      case FP32 -> floats * Float.BYTES;
      case BF16 -> floats * Short.BYTES;
      case INT8 -> floats;
    };
  }
}
