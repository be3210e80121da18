package dev.sluice.schemas.wire;

import java.util.List;

/**
 * Some of the jobs that have ended and have left for {@code sluice.job-history}: all that the
 * ledger remembers of them. Many are in one record, so that whoever starts has little to read.
 *
 * @param partition partition of the ledger
 * @param number number of the record in that partition, from 0
 * @param jobs the jobs, in the order in which they left
 */
public record EndedJobs(int partition, int number, List<EndedJob> jobs) implements StoredState {
  public EndedJobs {
    jobs = List.copyOf(jobs);
  }
}
