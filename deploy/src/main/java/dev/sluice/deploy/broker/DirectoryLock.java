package dev.sluice.deploy.broker;

import dev.sluice.platform.process.FileTrouble;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A directory that one process has for itself. Take it before anything below the directory is
 * looked at or changed. The operating system drops it when the process ends, however it ends.
 */
public final class DirectoryLock implements AutoCloseable {
  /** The file that is locked; it stays. */
  static final String NAME = ".sluice-lock";

  private final Path path;
  private final FileChannel lock;

  private DirectoryLock(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Makes a directory if need be, and locks it.
   *
   * @throws BrokerStartException if it is in use, or cannot be written
   */
  public static DirectoryLock take(Path given) {
    var path = given.toAbsolutePath().normalize();
    FileChannel channel;
    try {
      Files.createDirectories(path);
      channel =
          FileChannel.open(path.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new BrokerStartException(
          "cannot keep data in %s: %s. Give a directory that can be written."
              .formatted(path, FileTrouble.why(e, path)),
          e);
    }
    var lock = new DirectoryLock(path, channel);
    try {
      lock.take();
      return lock;
    } catch (BrokerStartException e) {
      lock.close();
      throw e;
    }
  }

  /** Whether a file is what locks a directory. */
  public static boolean isLock(Path file) {
    return file.getFileName().toString().equals(NAME);
  }

  /** The directory, absolute. */
  public Path path() {
    return path;
  }

  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unlock " + path, e);
    }
  }

  private void take() {
    boolean locked;
    try {
      locked = lock.tryLock() != null;
    } catch (OverlappingFileLockException e) { // by this very process
      locked = false;
    } catch (IOException e) {
      throw new BrokerStartException(
          "cannot lock %s: %s. Give a directory on a local disk."
              .formatted(path, FileTrouble.why(e, path)),
          e);
    }
    if (!locked) {
      throw new BrokerStartException(
          "another broker uses %s. Stop it, or give this one a directory of its own."
              .formatted(path));
    }
  }
}
