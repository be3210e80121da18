package dev.sluice.producer.http;

import dev.sluice.producer.api.Problem;
import dev.sluice.producer.api.ProblemType;
import dev.sluice.producer.jobs.JobLog;
import dev.sluice.schemas.wire.JobEvent;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Writes declarations to the log and waits for what the ledger makes of them. */
final class Declarations {

  private Declarations() {}

  /** Appends a declaration, which may be repeated without harm. */
  static void append(JobLog log, String key, JobEvent event) {
    try {
      log.append(key, event);
    } catch (JobLog.LogUnavailable e) {
      throw Problem.of(
              ProblemType.UNAVAILABLE,
              "Kafka did not confirm the request ("
                  + e.getMessage()
                  + "). Repeating it as it is is safe.")
          .toException();
    }
  }

  /** Waits for the ledger's answer. */
  static <T> T await(CompletableFuture<T> answer, String what) {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw Problem.of(
              ProblemType.LEDGER_SILENT,
              what
                  + " is in the log and will not be lost, but the ledger has said nothing about it"
                  + " yet; is a coordinator running? Repeating the request as it is is safe.")
          .toException();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Problem.of(ProblemType.UNAVAILABLE, "The producer is stopping.").toException();
    }
  }
}
