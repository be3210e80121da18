package dev.sluice.producer.results;

import dev.sluice.schemas.wire.ResultBatch;
import dev.sluice.schemas.wire.ResultRange;
import java.io.IOException;
import java.util.List;

/** Reads what inference tasks wrote. */
public interface Results extends AutoCloseable {

  /** Takes batches in row order. */
  interface Sink {
    /**
     * Takes one batch.
     *
     * @throws IOException where the reader has gone away
     */
    void accept(ResultBatch batch) throws IOException;
  }

  /**
   * Reads the ranges of a manifest in their order. A range is handed on once all of it was read and
   * its digest was found right.
   *
   * @throws ResultsBroken where a range can't be read in full, or is not what its digest says
   * @throws IOException where the sink fails
   */
  void read(String jobId, List<ResultRange> ranges, Sink sink) throws ResultsBroken, IOException;

  @Override
  void close();

  /** Results can't be given as the manifest says. */
  final class ResultsBroken extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
      /** Their time in the topic is over. */
      EXPIRED,
      /** They are not what the digest says. */
      CORRUPT,
      /** Kafka does not give them in time. */
      UNAVAILABLE,
      /** Too many are read at once. */
      BUSY
    }

    private final Reason reason;

    /**
     * @param reason why
     * @param message the same in plain words
     */
    public ResultsBroken(Reason reason, String message) {
      super(message);
      this.reason = reason;
    }

    /** Why. */
    public Reason reason() {
      return reason;
    }
  }
}
