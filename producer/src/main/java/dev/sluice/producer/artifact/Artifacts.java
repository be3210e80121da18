package dev.sluice.producer.artifact;

import dev.sluice.platform.artifact.ArtifactStore.Kept;
import dev.sluice.platform.artifact.StoreFull;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/**
 * Stored files by digest. Every method may block for some seconds, without holding up other
 * callers.
 */
public interface Artifacts extends AutoCloseable {

  /**
   * Stores a file.
   *
   * @return its digest
   * @throws IOException where it can't be read or stored
   * @throws StoreFull where the store takes no more
   */
  String put(Path file) throws IOException;

  /**
   * Sees to it that a stored file stays, for whoever is about to refer to it.
   *
   * @throws IOException where the cluster does not answer
   */
  Kept keep(String digest) throws IOException;

  /** Whether it takes no file, however small, as far as is known. */
  boolean isFull();

  /**
   * Announces that a file goes, as somebody asked.
   *
   * @return the brokers' time at which it does, unless somebody refers to it before
   * @throws IOException where the cluster does not take it
   */
  long announce(String digest) throws IOException;

  /**
   * Whether a file is stored.
   *
   * @throws IOException where the cluster does not answer
   */
  boolean has(String digest) throws IOException;

  /**
   * Copies a file as it comes.
   *
   * @param out where to; what has come must not be used where this throws
   * @return whether one is stored under this digest
   * @throws Unavailable where the cluster does not answer, or has other bytes
   * @throws IOException where {@code out} fails
   */
  boolean copy(String digest, OutputStream out) throws IOException;

  /** The cluster does not give a file. */
  final class Unavailable extends IOException {
    private static final long serialVersionUID = 1L;

    public Unavailable(String why) {
      super(why);
    }
  }

  @Override
  void close();
}
