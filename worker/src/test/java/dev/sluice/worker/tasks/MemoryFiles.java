package dev.sluice.worker.tasks;

import dev.sluice.schemas.codec.Digests;
import java.util.HashMap;
import java.util.Map;

/** Files in memory; asking for one that is not there is a mistake of the test. */
final class MemoryFiles implements Files {

  private final Map<String, byte[]> files = new HashMap<>();

  @Override
  public byte[] get(String digest) {
    var file = files.get(digest);
    if (file == null) {
      throw new AssertionError("no file " + digest);
    }
    return file;
  }

  @Override
  public String put(byte[] file) {
    var digest = Digests.sha256(file);
    files.put(digest, file);
    return digest;
  }
}
