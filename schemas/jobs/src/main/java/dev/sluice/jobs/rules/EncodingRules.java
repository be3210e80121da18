package dev.sluice.jobs.rules;

import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.SumFormat;
import dev.sluice.schemas.wire.TrainingSpec;

/** Rules for sums of gradients that travel in fewer bits. */
final class EncodingRules {

  private EncodingRules() {}

  static void check(TrainingSpec job, Problems problems) {
    var encoding = job.encoding();
    int groups = encoding.groups();
    if (groups == 0) {
      return;
    }
    if (encoding.format() == SumFormat.FP32) {
      problems.add(
          Code.CONTRADICTION,
          "encoding.fp32.groups",
          "Groups are given of sums that are not rounded.",
          "Sums travel as they are computed, in 32-bit floats.",
          "Leave groups out, or write `encoding: bf16` or `encoding: int8`.");
      return;
    }
    String where =
        "encoding." + (encoding.format() == SumFormat.BF16 ? "bf16" : "int8") + ".groups";
    if (!Range.of("groups", 1, JobLimits.SHARDS_MAX).check(where, groups, problems)) {
      return;
    }
    int below = Integer.highestOneBit(groups);
    if (groups != below) {
      problems.add(
          Code.OUT_OF_RANGE,
          where,
          "Sums of " + groups + " groups of shards are to be rounded.",
          "They are nodes of the binary tree over the shards, so their number is a power of two.",
          "Set groups to " + below + " or " + below * 2 + ", or leave it out.");
    } else if (groups > job.shards()) {
      problems.add(
          Code.CONTRADICTION,
          where,
          "Sums of " + groups + " groups are to be rounded, of " + job.shards() + " shards.",
          "A group has one shard or more.",
          "Set groups to " + job.shards() + " or fewer, or leave it out.");
    }
  }
}
