package dev.sluice.deploy.standalone;

import dev.sluice.deploy.broker.DirectoryLock;
import dev.sluice.platform.config.ConfigProblem;
import dev.sluice.platform.process.FileTrouble;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where a standalone cluster keeps its data: in a given directory, or in one that goes with it.
 * Locked for as long as it is open, before anything in it is touched: it may be another cluster's.
 */
final class DataPlace implements AutoCloseable {
  private static final long FREE_BYTES_MIN = 256L * 1024 * 1024;

  /** Says that a directory for temporary files is ours, so that nobody else's is emptied. */
  private static final String OURS = ".sluice-scratch";

  private final DirectoryLock lock;
  private final boolean temporary;
  private boolean scratchMade;

  private DataPlace(DirectoryLock lock, boolean temporary) {
    this.lock = lock;
    this.temporary = temporary;
  }

  /**
   * Opens a directory.
   *
   * @param given directory, made if need be; null: a temporary one
   * @throws StandaloneException where it can't be made, or the disk is full
   * @throws dev.sluice.deploy.broker.BrokerStartException where it can't be used, or is in use
   */
  static DataPlace open(@Nullable Path given) {
    var lock = DirectoryLock.take(given == null ? temporary() : named(given));
    var place = new DataPlace(lock, given == null);
    try {
      place.requireSpace();
      return place;
    } catch (StandaloneException e) {
      place.close();
      throw e;
    }
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("sluice-");
    } catch (IOException e) {
      var folder = Path.of(System.getProperty("java.io.tmpdir"));
      throw new StandaloneException(
          "There is no place for data: %s can't be used (%s). Let TMPDIR name another directory."
              .formatted(folder, FileTrouble.why(e, folder)),
          e);
    }
  }

  private static Path named(Path given) {
    var name = given.toString();
    if (name.isBlank()) {
      throw badName(Code.INVALID_NAME, "--data is empty.");
    }
    if (name.chars().anyMatch(Character::isISOControl)) {
      throw badName(
          Code.INVALID_NAME,
          "The name of the data directory has a line break or another control character.");
    }
    return given;
  }

  private static ConfigProblem badName(Code code, String what) {
    return new ConfigProblem(
        List.of(new Cause(code, "--data", what, "", "Name another directory.")));
  }

  Path path() {
    return lock.path();
  }

  /**
   * An empty directory for the temporary files of the cluster's processes. Those that were killed
   * leave theirs, and they go with the cluster.
   */
  Path emptyScratch() {
    var scratch = scratch();
    requireOurs(scratch);
    remove(scratch);
    try {
      Files.createDirectories(scratch);
      Files.createFile(scratch.resolve(OURS));
    } catch (IOException e) {
      throw new StandaloneException(
          "There is no place for temporary files: %s can't be made (%s)."
              .formatted(scratch, FileTrouble.why(e, scratch)),
          e);
    }
    scratchMade = true;
    return scratch;
  }

  /** One that earlier versions have made has no mark, but a broker's data beside it. */
  private void requireOurs(Path scratch) {
    if (Files.exists(scratch, LinkOption.NOFOLLOW_LINKS)
        && Files.notExists(scratch.resolve(OURS))
        && Files.notExists(broker())) {
      throw badName(
          Code.INVALID_VALUE, "%s is there, and Sluice has not made it.".formatted(scratch));
    }
  }

  /** The broker's own directory. */
  Path broker() {
    return path().resolve("broker");
  }

  private Path scratch() {
    return path().resolve("tmp");
  }

  /** Removes temporary files, and all of a temporary directory; another one stays. */
  @Override
  public void close() {
    if (temporary) {
      remove(path());
    } else if (scratchMade) {
      remove(scratch());
    }
    lock.close();
  }

  private static void remove(Path path) {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
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
      free = Files.getFileStore(path()).getUsableSpace();
    } catch (IOException e) {
      throw new StandaloneException(
          "The disk of %s can't be asked how much is free: %s. Name another directory."
              .formatted(path(), FileTrouble.why(e, path())),
          e);
    }
    if (free < FREE_BYTES_MIN) {
      throw new StandaloneException(
          String.format(
              Locale.ROOT,
              "The disk is full: %d MiB are free in %s, and a cluster needs %d MiB. Free some, or"
                  + " name a directory on another disk.",
              free >> 20,
              path(),
              FREE_BYTES_MIN >> 20),
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
