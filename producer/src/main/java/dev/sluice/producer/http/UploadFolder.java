package dev.sluice.producer.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where uploads lie until they are complete: a folder of this process alone, so that closing it
 * takes away whatever was still on its way. Made when the first upload comes, and anew where
 * someone has cleaned it away. Thread-safe.
 */
final class UploadFolder implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(UploadFolder.class);

  private final Path parent;
  private @Nullable Path folder;
  private boolean closed;

  /**
   * @param parent where it is made
   */
  UploadFolder(Path parent) {
    this.parent = parent;
  }

  /**
   * A new, empty file.
   *
   * @throws IOException where none can be made, or this is closed
   */
  synchronized Path newFile() throws IOException {
    if (closed) {
      throw new IOException("the producer is stopping");
    }
    if (folder == null || !Files.isDirectory(folder)) {
      folder = Files.createTempDirectory(parent, "sluice-uploads-");
    }
    return Files.createTempFile(folder, "upload-", "");
  }

  /** Deletes a file of this folder; one that is gone already does no harm. */
  static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.warn("The temporary file {} stays behind: {}", file, e.getMessage());
    }
  }

  /** Deletes the folder with all that is in it. */
  @Override
  public synchronized void close() {
    closed = true;
    var made = folder;
    if (made == null || !Files.isDirectory(made)) {
      return;
    }
    try (var files = Files.list(made)) {
      files.forEach(UploadFolder::delete);
    } catch (IOException e) {
      LOG.warn("What is in the temporary folder {} stays behind: {}", made, e.getMessage());
    }
    delete(made);
  }
}
