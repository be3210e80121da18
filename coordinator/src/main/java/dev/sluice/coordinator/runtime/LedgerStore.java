package dev.sluice.coordinator.runtime;

import dev.sluice.coordinator.ledger.ClosedJob;
import dev.sluice.coordinator.ledger.Decision;
import dev.sluice.coordinator.ledger.LedgerState;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.LedgerCursor;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.Submitted;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is stored of a ledger partition: read once, and written in transactions. Everything between
 * {@link #begin} and {@link #commit} is stored together or not at all. Methods that reach the
 * brokers throw {@link Unavailable}.
 */
public interface LedgerStore {

  /** Fences the owner before, and completes or aborts what it left open. */
  void fence();

  /**
   * What there is of the partition's log.
   *
   * @param beginning first offset that it still holds
   * @param end its end, as far as records are committed; where the cursor is beyond it, end of what
   *     is still the log that was read, as far as brokers know that
   */
  record Bounds(long beginning, long end) {}

  /** Reads all states, then the facts that they refer to, and then what the log holds. */
  Bounds load(LedgerState into);

  /** Something of the log is lost, and it is stored where the ledger goes on. */
  void lost(String what);

  /**
   * A model's version that a committed transaction has stored.
   *
   * @throws IllegalStateException where it can't be read any more
   */
  ModelVersion version(String model, int version);

  /**
   * A job as it was submitted, where the partition of {@code sluice.jobs} has it.
   *
   * @return null where it is there no more
   */
  @Nullable Submitted submitted(long offset);

  /**
   * Remembers jobs that have ended and are gone with that.
   *
   * @param remembered records that are new or written anew
   */
  void remember(List<EndedJobs> remembered);

  /** How far {@link #load} is, in words. */
  String progress();

  /** Begins a transaction. */
  void begin();

  /**
   * Writes what a decision changes and sends.
   *
   * @throws Unwritable where it can't be stored; nothing of it is written then
   */
  void write(Decision decision);

  /**
   * Hands a record on to the partition that owns its key.
   *
   * @throws Unwritable where no broker would take it
   */
  void forward(String key, JobRecord record);

  /**
   * Writes a letter about a record.
   *
   * @param kind what it has in common with others, in words that go on after a number
   * @param why what was thrown, where something was
   */
  void bury(String kind, DeadLetter letter, @Nullable RuntimeException why);

  /**
   * Moves jobs that have ended to the history.
   *
   * @param jobs all that there is of them
   * @param remembered which jobs have ended, as the records that are new or written anew
   * @param leftMs when they leave, by which they are found again
   */
  void archive(List<ClosedJob> jobs, List<EndedJobs> remembered, long leftMs);

  /** Forgets which jobs have ended long ago. */
  void forget(List<EndedJobs> old);

  /** Removes everything that may be stored of a job. */
  void remove(String jobId);

  /** Stores where the log is to be read on. */
  void cursor(LedgerCursor next);

  /** What the transaction in hand has to write so far. */
  long bytes();

  /** Stores it. */
  void commit();

  /** Leaves the partition; what is uncommitted is void. */
  void close();

  /** A decision can't be stored. */
  final class Unwritable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param why for people
     */
    public Unwritable(String why) {
      super(why);
    }
  }
}
