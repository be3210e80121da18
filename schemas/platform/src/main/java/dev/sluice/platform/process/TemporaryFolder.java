package dev.sluice.platform.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** This process's folder for temporary files. */
public final class TemporaryFolder {
  private TemporaryFolder() {}

  /**
   * The folder, which is there: cleaners of temporary files remove old ones also from under
   * processes that run for weeks.
   *
   * @throws IOException where it is gone and can't be made again
   */
  public static Path path() throws IOException {
    return Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir")));
  }
}
