package dev.sluice.worker.engine;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.worker.natives.NativeLibraries;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.global.torch;

/**
 * The native libraries, loaded once per process and set so that the same input gives the same bits.
 *
 * <p>Sums are split by thread count, so ATen and OpenBLAS are pinned to one thread each; workers
 * use several cores by running several processes. TorchScript's profiling executor rewrites a graph
 * after a few runs, which changes the order of operations, so the plain one is chosen.
 */
final class TorchRuntime {
  private static final int THREADS = 1;
  private static final Pattern VERSION = Pattern.compile("TORCH_VERSION=([^,\\s]+)");
  private static final int MAX_CONFIG_BYTES = 4096;

  static {
    NativeLibraries.load();
    torch.set_num_interop_threads(THREADS);
    torch.set_num_threads(THREADS);
    pinOpenblas();
    torch.getProfilingMode().put(false);
  }

  private TorchRuntime() {}

  /**
   * Loads the libraries, and pins the calling thread: OpenMP keeps its thread count per thread, so
   * every entry into libtorch calls this.
   */
  static void pin() {
    torch.set_num_threads(THREADS);
  }

  /** Versions and instruction sets, without what was measured. */
  static String describe() {
    pin();
    try (BytePointer config = torch.show_config();
        BytePointer capability = torch.get_cpu_capability()) {
      Matcher version = VERSION.matcher(config.getString());
      return "libtorch "
          + (version.find() ? version.group(1) : "of unknown version")
          + " "
          + capability.getString()
          + ", "
          + openblasConfig()
          + ", "
          + System.getProperty("os.arch")
          + ", threads "
          + THREADS;
    }
  }

  /** Where there is no OpenBLAS to pin, libtorch computes with another library. */
  @SuppressWarnings("restricted") // A C function that takes a number and returns nothing.
  private static void pinOpenblas() {
    var function = SymbolLookup.loaderLookup().find("openblas_set_num_threads");
    if (function.isEmpty()) {
      return;
    }
    try {
      Linker.nativeLinker()
          .downcallHandle(function.get(), FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT))
          .invokeExact(THREADS);
    } catch (Throwable impossible) {
      throw new IllegalStateException("openblas_set_num_threads could not be called", impossible);
    }
  }

  /**
   * OpenBLAS chooses its kernels by processor when it is loaded; only its own function says which.
   */
  @SuppressWarnings("restricted") // A C function without arguments that returns a static string.
  private static String openblasConfig() {
    Optional<MemorySegment> function = SymbolLookup.loaderLookup().find("openblas_get_config");
    if (function.isEmpty()) {
      return "OpenBLAS";
    }
    try {
      MemorySegment text =
          (MemorySegment)
              Linker.nativeLinker()
                  .downcallHandle(function.get(), FunctionDescriptor.of(ValueLayout.ADDRESS))
                  .invokeExact();
      String config = text.reinterpret(MAX_CONFIG_BYTES).getString(0);
      return config
          .replaceAll("\\s*(NO_\\w+|DYNAMIC_ARCH|USE64BITINT|MAX_THREADS=\\d+)", "")
          .strip();
    } catch (Throwable impossible) {
      throw new IllegalStateException("openblas_get_config could not be called", impossible);
    }
  }

  /**
   * Turns a C++ exception into a cause.
   *
   * @param code whose move it is, unless memory ran out
   * @param where the place in the job
   * @param what what did not work
   * @param mend how to mend it
   */
  static EngineException failure(
      RuntimeException thrown, Code code, String where, String what, String mend) {
    String why = firstSentence(String.valueOf(thrown.getMessage()));
    if (why.contains("DefaultCPUAllocator")) {
      return new EngineException(
          new Cause(
              Code.OUT_OF_MEMORY,
              where,
              what,
              why,
              "use a smaller batch or network, or give the worker more memory"),
          thrown);
    }
    return new EngineException(new Cause(code, where, what, why, mend), thrown);
  }

  /** What libtorch says before its stack trace; of a TorchScript trace, its last line. */
  private static String firstSentence(String message) {
    int trace = message.indexOf("\nException raised from");
    String said = (trace < 0 ? message : message.substring(0, trace)).strip();
    int script = said.lastIndexOf("RuntimeError: ");
    String reason = script < 0 ? said : said.substring(script + "RuntimeError: ".length());
    int line = reason.indexOf('\n');
    return line < 0 ? reason : reason.substring(0, line);
  }
}
