package dev.sluice.worker.tasks;

import dev.sluice.platform.artifact.ArtifactMissing;
import dev.sluice.platform.artifact.ArtifactStore;

/** Files by their digests. */
public interface Files {

  /**
   * Reads a file, waiting for a bounded time where it is not stored yet.
   *
   * @throws ArtifactMissing where it does not come
   */
  byte[] get(String digest) throws ArtifactMissing;

  /**
   * Stores a file.
   *
   * @return its digest
   */
  String put(byte[] file);

  /** Those in {@code sluice.artifacts}; the ones used last stay in memory. */
  static Files in(ArtifactStore store) {
    var stored =
        new Files() {
          @Override
          public byte[] get(String digest) throws ArtifactMissing {
            return store.get(digest);
          }

          @Override
          public String put(byte[] file) {
            return store.put(file);
          }
        };
    return new RecentFiles(stored, ArtifactStore.FILE_BYTES_MAX);
  }
}
