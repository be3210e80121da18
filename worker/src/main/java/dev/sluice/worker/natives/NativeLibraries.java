package dev.sluice.worker.natives;

import dev.sluice.platform.process.CacheFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engines' native libraries: unpacked once per machine and version, all of them before any is
 * loaded.
 *
 * <p>JavaCPP would unpack each library when it comes to it, and load it at once. A process then
 * maps what another still writes, and a library whose own dependency is not unpacked yet takes the
 * system's of that name, of another version. It would also take CUDA's libraries from wherever the
 * system has some. So it loads nothing here: this class does, each library after those that it
 * needs. The linker asks for a name among the loaded ones before it looks for a file, so that no
 * library of the system gets in, whatever LD_LIBRARY_PATH says.
 */
public final class NativeLibraries {
  private static final Logger LOG = LoggerFactory.getLogger(NativeLibraries.class);

  private static final String OPENBLAS = "/org/bytedeco/openblas/linux-x86_64/";
  private static final String TORCH = "/org/bytedeco/pytorch/linux-x86_64/";
  private static final String JAVACPP = "/org/bytedeco/javacpp/linux-x86_64/";
  private static final String ONNX_RUNTIME = "/ai/onnxruntime/native/linux-x64/";

  /** Each after what it needs. */
  private static final List<String> LOADED =
      List.of(
          OPENBLAS + "libgcc_s.so.1",
          OPENBLAS + "libquadmath.so.0",
          OPENBLAS + "libgfortran.so.5",
          OPENBLAS + "libopenblas.so.0",
          TORCH + "libgomp.so.1",
          TORCH + "libc10.so",
          TORCH + "libtorch_cpu.so",
          JAVACPP + "libjnijavacpp.so",
          TORCH + "libjnitorch.so");

  /** ONNX Runtime loads these from where it is told. */
  private static final List<String> LOADED_BY_ONNX_RUNTIME =
      List.of(ONNX_RUNTIME + "libonnxruntime.so", ONNX_RUNTIME + "libonnxruntime4j_jni.so");

  private static @Nullable Path unpacked;
  private static boolean loaded;

  private NativeLibraries() {}

  /**
   * Sees to it that the libraries are unpacked and whole, and loads none.
   *
   * @param news is told what takes time, in sentences
   * @return the folder that they are in; null on a machine for which none are packed
   * @throws NativesUnavailable where they can't be unpacked
   */
  public static synchronized @Nullable Path unpack(Consumer<String> news) {
    if (unpacked == null && packed()) {
      var libraries =
          Stream.concat(LOADED.stream(), LOADED_BY_ONNX_RUNTIME.stream())
              .map(NativeLibraries::library)
              .toList();
      var cache = cache();
      var folder =
          new LibraryFolder(
              cache.resolve("natives").resolve(version(libraries)),
              cache.resolve("javacpp"),
              libraries);
      folder.complete(news);
      unpacked = folder.path();
    }
    return unpacked;
  }

  /**
   * Loads libtorch and what it needs, unless this process has; call it before the first use of its
   * classes.
   *
   * @throws NativesUnavailable where they can't be unpacked or loaded
   */
  public static synchronized void load() {
    if (loaded) {
      return;
    }
    var folder = unpack(LOG::info);
    if (folder == null) {
      Loader.load(torch.class);
    } else {
      System.setProperty("org.bytedeco.javacpp.loadLibraries", "false");
      LOADED.forEach(library -> load(folder.resolve(fileName(library))));
    }
    loaded = true;
  }

  @SuppressWarnings("restricted") // Loading native code is what this class is for.
  private static void load(Path library) {
    try {
      System.load(library.toString());
    } catch (UnsatisfiedLinkError e) {
      throw new NativesUnavailable(
          ("The native library %s can't be loaded: %s. It needs Linux on x86-64 with glibc and"
                  + " libstdc++, and a file system that is not mounted noexec; SLUICE_CACHE names"
                  + " another directory.")
              .formatted(library, e.getMessage()),
          e);
    }
  }

  /** Whether the class path has libraries for this machine. */
  private static boolean packed() {
    return System.getProperty("os.name").equals("Linux")
        && System.getProperty("os.arch").equals("amd64")
        && NativeLibraries.class.getResource(LOADED.getLast()) != null;
  }

  private static Path cache() {
    try {
      return CacheFolder.path();
    } catch (InvalidPathException e) {
      throw new NativesUnavailable(
          CacheFolder.VARIABLE
              + " is no path: "
              + e.getReason()
              + ". Let it name a directory, or unset it.",
          e);
    }
  }

  private static Library library(String resource) {
    URL url = NativeLibraries.class.getResource(resource);
    try {
      if (url != null && url.openConnection() instanceof JarURLConnection jar) {
        var entry = jar.getJarEntry();
        return new Library(fileName(resource), entry.getSize(), entry.getCrc(), url::openStream);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the jar with " + resource + " can't be read", e);
    }
    throw new IllegalStateException(resource + " is in no jar of the class path");
  }

  private static String fileName(String resource) {
    return resource.substring(resource.lastIndexOf('/') + 1);
  }

  /** Another version of any library has a folder of its own. */
  private static String version(List<Library> libraries) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      for (var library : libraries) {
        var line = library.name() + " " + library.bytes() + " " + library.crc() + "\n";
        digest.update(line.getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest(), 0, Long.BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
