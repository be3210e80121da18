package dev.sluice.worker.trial;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Bounds what this process may take from now on, by setrlimit of the C library: memory, and the
 * size of files that it writes. On Linux only; elsewhere only time and heap are bounded.
 */
final class MemoryLimit {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int FILE_SIZE = 1;
  private static final int CORE = 4;
  private static final int ADDRESS_SPACE = 9;

  private MemoryLimit() {}

  /**
   * Takes effect at once, for good.
   *
   * @param bytes most memory beside what is mapped now: beyond it, allocations fail
   * @param fileBytes size that no file may grow beyond
   */
  static void set(long bytes, long fileBytes) throws IOException {
    if (!System.getProperty("os.name").equals("Linux")) {
      return;
    }
    set(ADDRESS_SPACE, mappedBytes() + bytes);
    set(FILE_SIZE, fileBytes);
    set(CORE, 0);
  }

  private static long mappedBytes() throws IOException {
    for (var line : Files.readAllLines(STATUS)) {
      if (line.startsWith("VmSize:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
      }
    }
    throw new IOException(STATUS + " has no line VmSize");
  }

  @SuppressWarnings("restricted") // setrlimit of the C library.
  private static void set(int resource, long limit) throws IOException {
    var linker = Linker.nativeLinker();
    var shape =
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
    var function = linker.defaultLookup().find("setrlimit");
    if (function.isEmpty()) {
      throw new IOException("the C library has no setrlimit");
    }
    try (var arena = Arena.ofConfined()) {
      // The soft and the hard limit.
      var limits = arena.allocateFrom(ValueLayout.JAVA_LONG, limit, limit);
      int failed = (int) linker.downcallHandle(function.get(), shape).invokeExact(resource, limits);
      if (failed != 0) {
        throw new IOException("setrlimit refused limit " + limit + " of resource " + resource);
      }
    } catch (RuntimeException | Error | IOException e) {
      throw e;
    } catch (Throwable impossible) {
      throw new IllegalStateException("setrlimit could not be called", impossible);
    }
  }
}
