package dev.sluice.producer.cli;

import dev.sluice.producer.api.JobView;
import dev.sluice.producer.client.SluiceClient;
import dev.sluice.producer.client.SluiceException;
import java.io.IOException;

/** Ids of jobs, of which the beginning is enough where only one job's id begins so. */
final class JobIdPrefix {

  /** Candidates that are listed. */
  private static final int LISTED_MAX = 5;

  private JobIdPrefix() {}

  /** Several jobs' ids begin so. */
  static final class Ambiguous extends IOException {
    private static final long serialVersionUID = 1L;

    Ambiguous(String message) {
      super(message);
    }
  }

  /**
   * The whole id; what was given where no id begins so, which the server has its own words for.
   *
   * @throws Ambiguous with the candidates
   */
  static String whole(String id, SluiceClient client) throws SluiceException, Ambiguous {
    // As a table that had to cut it shows it.
    var given = id.endsWith("…") ? id.substring(0, id.length() - 1) : id;
    if (given.isBlank()) {
      return given;
    }
    var begin = client.jobsBeginning(given, LISTED_MAX + 1);
    // In the order of ids, so that one that is given as a whole comes first.
    var ids = begin.jobs().stream().map(JobView::jobId).toList();
    if (ids.isEmpty() || ids.contains(given)) {
      return given;
    }
    if (ids.size() == 1) {
      return ids.getFirst();
    }
    throw new Ambiguous(
        "Several jobs' ids begin with "
            + given
            + ": "
            + String.join(", ", ids.subList(0, Math.min(LISTED_MAX, ids.size())))
            + (ids.size() > LISTED_MAX ? " and more" : "")
            + ". Write more of it");
  }
}
