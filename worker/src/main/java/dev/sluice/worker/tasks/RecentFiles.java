package dev.sluice.worker.tasks;

import dev.sluice.platform.artifact.ArtifactMissing;
import java.util.LinkedHashMap;

/**
 * Files of a store, of which those used last stay in memory: the tasks of a job read the same.
 * Thread-safe; nobody waits for what another reads or stores.
 */
final class RecentFiles implements Files {

  private final Files store;
  private final long bytesMax;

  // Guarded by itself.
  private final LinkedHashMap<String, byte[]> recent = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  /**
   * @param store where files are
   * @param bytesMax most bytes that stay, but for the last file, which always does
   */
  RecentFiles(Files store, long bytesMax) {
    this.store = store;
    this.bytesMax = bytesMax;
  }

  @Override
  public byte[] get(String digest) throws ArtifactMissing {
    synchronized (recent) {
      var file = recent.get(digest);
      if (file != null) {
        return file;
      }
    }
    var file = store.get(digest);
    remember(digest, file);
    return file;
  }

  @Override
  public String put(byte[] file) {
    var digest = store.put(file);
    remember(digest, file);
    return digest;
  }

  private void remember(String digest, byte[] file) {
    synchronized (recent) {
      if (recent.put(digest, file) == null) {
        bytes += file.length;
      }
      var oldest = recent.entrySet().iterator();
      while (bytes > bytesMax && recent.size() > 1) {
        bytes -= oldest.next().getValue().length;
        oldest.remove();
      }
    }
  }
}
