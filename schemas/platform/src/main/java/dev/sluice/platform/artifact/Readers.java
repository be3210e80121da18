package dev.sluice.platform.artifact;

import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.common.KafkaException;

/**
 * Readers of the log, each lent to one thread at a time. As many are open as are lent, and two that
 * wait to be lent again. Thread-safe.
 */
final class Readers implements AutoCloseable {

  private static final int IDLE_MAX = 2;

  private final PieceLog log;
  private final Deque<PieceLog.Reader> idle = new ArrayDeque<>();
  private boolean closed;

  Readers(PieceLog log) {
    this.log = log;
  }

  /**
   * A reader that is given back when this is closed.
   *
   * @param owner gets it back
   * @param reader lent
   */
  record Lent(Readers owner, PieceLog.Reader reader) implements AutoCloseable {
    @Override
    public void close() {
      owner.giveBack(reader);
    }
  }

  Lent lend() {
    synchronized (this) {
      if (closed) {
        throw new KafkaException("the artifact store is closed");
      }
      var free = idle.poll();
      if (free != null) {
        return new Lent(this, free);
      }
    }
    return new Lent(this, log.open());
  }

  private void giveBack(PieceLog.Reader reader) {
    synchronized (this) {
      if (!closed && idle.size() < IDLE_MAX) {
        idle.push(reader);
        return;
      }
    }
    reader.close();
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    idle.forEach(PieceLog.Reader::close);
  }
}
