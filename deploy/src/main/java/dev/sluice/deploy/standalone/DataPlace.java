package dev.sluice.deploy.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Where a standalone cluster keeps its data: in a given directory, or in one that goes with it. */
final class DataPlace implements AutoCloseable {
  private static final long FREE_BYTES_MIN = 256L * 1024 * 1024;

  private final Path path;
  private final boolean temporary;

  private DataPlace(Path path, boolean temporary) {
    this.path = path;
    this.temporary = temporary;
  }

  /**
   * Opens a directory.
   *
   * @param given directory, made if need be; null: a temporary one
   * @throws StandaloneException where it can't be made, or the disk is full
   */
  static DataPlace open(@Nullable Path given) {
    DataPlace place;
    try {
      place =
          given == null
              ? new DataPlace(Files.createTempDirectory("sluice-"), true)
              : new DataPlace(Files.createDirectories(given.toAbsolutePath()), false);
    } catch (IOException e) {
      throw new StandaloneException(
          "There is no place for data: %s can't be made (%s). Give another directory%s."
              .formatted(
                  given == null ? "a temporary directory" : given,
                  e,
                  given == null ? " in TMPDIR" : ""),
          e);
    }
    try {
      place.requireSpace();
    } catch (StandaloneException e) {
      place.close();
      throw e;
    }
    return place;
  }

  Path path() {
    return path;
  }

  /**
   * An empty directory for the temporary files of the cluster's processes. Those that were killed
   * leave theirs, and they go with the cluster. Call it when the broker has locked the place: then
   * nobody else uses it.
   */
  Path emptyScratch() {
    var scratch = scratch();
    remove(scratch);
    try {
      return Files.createDirectories(scratch);
    } catch (IOException e) {
      throw new StandaloneException(
          "There is no place for temporary files: %s can't be made (%s).".formatted(scratch, e), e);
    }
  }

  private Path scratch() {
    return path.resolve("tmp");
  }

  /** Removes temporary files, and all of a temporary directory; another one stays. */
  @Override
  public void close() {
    remove(temporary ? path : scratch());
  }

  private static void remove(Path path) {
    if (!Files.exists(path)) {
      return;
    }
    try {
      Files.walkFileTree(path, new Removal());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + path, e);
    }
  }

  private void requireSpace() {
    long free;
    try {
      free = Files.getFileStore(path).getUsableSpace();
    } catch (IOException e) {
      throw new StandaloneException("The disk of " + path + " can't be asked: " + e, e);
    }
    if (free < FREE_BYTES_MIN) {
      throw new StandaloneException(
          ("The disk is full: %d MiB are free in %s, and a cluster needs %d MiB. Free some, or"
                  + " name a directory on another disk.")
              .formatted(free >> 20, path, FREE_BYTES_MIN >> 20),
          null);
    }
  }

  private static final class Removal extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    /** The broker may still be removing files of its own. */
    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (e instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw e;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
        throws IOException {
      if (e != null) {
        throw e;
      }
      Files.deleteIfExists(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
