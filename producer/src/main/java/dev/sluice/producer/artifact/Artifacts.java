package dev.sluice.producer.artifact;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Stored files by digest. Every method may block for some seconds. */
public interface Artifacts extends AutoCloseable {

  /**
   * Stores a file.
   *
   * @return its digest
   * @throws IOException where it can't be read or stored
   */
  String put(Path file) throws IOException;

  /**
   * Whether a file is stored.
   *
   * @throws IOException where the cluster does not answer
   */
  boolean has(String digest) throws IOException;

  /**
   * A file's bytes; empty where none is stored under this digest.
   *
   * @throws IOException where the cluster does not answer
   */
  Optional<byte[]> get(String digest) throws IOException;

  @Override
  void close();
}
