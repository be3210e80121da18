package dev.sluice.schemas.wire;

import java.util.List;

/**
 * One job as its submitter asked for it.
 *
 * @param tenant whose job it is; part of the job id's derivation
 * @param name A name for people
 * @param priority queue within the lane
 * @param lanes lanes the job may use; empty: any
 * @param unplaceable what to do where no lane can run it
 * @param work train or infer
 * @param wishes what else placement is to heed
 */
public record JobSpec(
    String tenant,
    String name,
    Priority priority,
    List<String> lanes,
    Unplaceable unplaceable,
    Work work,
    PlacementWishes wishes)
    implements JobFact {
  public JobSpec {
    lanes = List.copyOf(lanes);
  }

  /** The same with other work. */
  public JobSpec with(Work other) {
    return new JobSpec(tenant, name, priority, lanes, unplaceable, other, wishes);
  }
}
