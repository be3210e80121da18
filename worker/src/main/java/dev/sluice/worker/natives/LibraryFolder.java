package dev.sluice.worker.natives;

import dev.sluice.platform.process.FileTrouble;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A folder in which each of some files is whole or not there, whoever is killed while it writes,
 * and however many processes fill the folder at one time.
 *
 * <p>A file is written beside its place, forced to the disk, stamped with a fixed time of
 * modification, and renamed. So a file that has its size and that time is whole; one that was cut
 * off, overwritten or copied since has another time, and counts only where its content says that it
 * is the same. A process that has mapped the old file keeps it. The lock spares the others the same
 * work; where a file system knows none, each does it for itself.
 */
final class LibraryFolder {
  private static final FileTime WHOLE = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));

  private static final String LOCK = ".lock";
  private static final String PART = ".part";
  private static final int BUFFER_BYTES = 1 << 16;

  /** For the file system's own records, and for the process that is to run afterwards. */
  private static final long SPARE_BYTES = 16L << 20;

  private final Path folder;
  private final Path former;
  private final List<Library> libraries;

  /**
   * @param folder made if need be; absolute
   * @param former where earlier releases unpacked them; may not be there
   * @param libraries what is to be in it
   */
  LibraryFolder(Path folder, Path former, List<Library> libraries) {
    this.folder = folder;
    this.former = former;
    this.libraries = List.copyOf(libraries);
  }

  /** The folder. */
  Path path() {
    return folder;
  }

  /**
   * Returns when every file is there and whole. Takes a look at each file where nothing is to be
   * done.
   *
   * @param news is told what takes time, in sentences
   * @throws NativesUnavailable where it can't be made so
   */
  void complete(Consumer<String> news) {
    if (missing().isEmpty()) {
      return;
    }
    try {
      Files.createDirectories(folder);
      completeLocked(news);
      if (Files.isDirectory(former, LinkOption.NOFOLLOW_LINKS)) {
        news.accept(former + ", where earlier releases unpacked them, can be removed");
      }
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  private void completeLocked(Consumer<String> news) throws IOException {
    try (var channel =
        FileChannel.open(
            folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      boolean locked = lock(channel, news);
      var missing = missing();
      if (missing.isEmpty()) {
        return;
      }
      if (locked) {
        removeParts();
      }
      long bytes = missing.stream().mapToLong(Library::bytes).sum();
      requireSpace(bytes);
      news.accept(
          missing.size() == libraries.size()
              ? String.format(
                  Locale.ROOT,
                  "unpacking native libraries, %d MB, once, into %s",
                  megabytes(bytes),
                  folder)
              : String.format(
                  Locale.ROOT,
                  "unpacking native libraries again, %d MB: %d of %d in %s are missing, incomplete"
                      + " or changed",
                  megabytes(bytes),
                  missing.size(),
                  libraries.size(),
                  folder));
      for (var library : missing) {
        unpack(library);
      }
    }
  }

  /** Whether the file system has locks. Closing the channel unlocks. */
  private boolean lock(FileChannel channel, Consumer<String> news) throws IOException {
    @Nullable FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (IOException unsupported) {
      return false;
    }
    if (lock == null) {
      news.accept("waiting for another process that unpacks native libraries into " + folder);
      channel.lock();
    }
    return true;
  }

  private List<Library> missing() {
    return libraries.stream().filter(library -> !whole(library)).toList();
  }

  private boolean whole(Library library) {
    var file = folder.resolve(library.name());
    try {
      var found = Files.readAttributes(file, BasicFileAttributes.class);
      if (!found.isRegularFile() || found.size() != library.bytes()) {
        return false;
      }
      return found.lastModifiedTime().equals(WHOLE) || same(file, library);
    } catch (IOException e) {
      return false;
    }
  }

  /** A folder that was copied has the content, but other times. */
  private static boolean same(Path file, Library library) throws IOException {
    var crc = new CRC32();
    try (var in = new CheckedInputStream(Files.newInputStream(file), crc)) {
      var buffer = new byte[BUFFER_BYTES];
      while (in.read(buffer) >= 0) {
        // The sum is all that is wanted.
      }
    }
    if (crc.getValue() != library.crc()) {
      return false;
    }
    try {
      Files.setLastModifiedTime(file, WHOLE);
    } catch (IOException readOnly) {
      // Then the next process reads it, too.
    }
    return true;
  }

  /** What processes that were killed have left. */
  private void removeParts() throws IOException {
    try (var parts = Files.newDirectoryStream(folder, "*" + PART)) {
      for (var part : parts) {
        Files.deleteIfExists(part);
      }
    }
  }

  private void requireSpace(long bytes) throws IOException {
    long free = Files.getFileStore(folder).getUsableSpace();
    if (free < bytes + SPARE_BYTES) {
      throw new NativesUnavailable(
          String.format(
              Locale.ROOT,
              "The disk is full: native libraries take %d MB in %s, and %d MB are free. Free some,"
                  + " or let SLUICE_CACHE name a directory on another disk.",
              megabytes(bytes),
              folder,
              megabytes(free)),
          null);
    }
  }

  private void unpack(Library library) throws IOException {
    var part = folder.resolve(library.name() + "." + ProcessHandle.current().pid() + PART);
    try {
      write(library, part);
      Files.setLastModifiedTime(part, WHOLE);
      var place = folder.resolve(library.name());
      Files.move(part, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static void write(Library library, Path part) throws IOException {
    var crc = new CRC32();
    long written = 0;
    try (InputStream in = new BufferedInputStream(library.from().open(), BUFFER_BYTES);
        var file = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        OutputStream out = new CheckedOutputStream(Channels.newOutputStream(file), crc)) {
      file.truncate(0);
      written = in.transferTo(out);
      // The stamp says that it is whole, so it must not be on the disk before the content is.
      file.force(true);
    }
    if (written != library.bytes() || crc.getValue() != library.crc()) {
      throw new NativesUnavailable(
          ("The native library %s is damaged where it is packed. Build Sluice anew: its jar in"
                  + " target/lib, or in Maven's repository, did not arrive whole.")
              .formatted(library.name()),
          null);
    }
  }

  private NativesUnavailable unavailable(IOException e) {
    return new NativesUnavailable(
        String.format(
            Locale.ROOT,
            "Native libraries can't be unpacked into %s: %s. Let SLUICE_CACHE name a directory that"
                + " can be written and has room for %d MB.",
            folder,
            FileTrouble.why(e, folder),
            megabytes(libraries.stream().mapToLong(Library::bytes).sum())),
        e);
  }

  private static long megabytes(long bytes) {
    return Math.ceilDiv(bytes, 1_000_000);
  }
}
