package dev.sluice.worker.engine;

import dev.sluice.worker.natives.NativeLibraries;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has to be so before ONNX Runtime is loaded. */
final class OnnxRuntimeLibrary {
  private static final Logger LOG = LoggerFactory.getLogger(OnnxRuntimeLibrary.class);

  private static final String PATH_PROPERTY = "onnxruntime.native.path";

  private OnnxRuntimeLibrary() {}

  /** Call it before the first use of ONNX Runtime's classes; again does no harm. */
  static void prepare() {
    forbidTelemetry();
    useUnpacked();
  }

  /**
   * Since 1.29 it sends events to its maker from Linux, too, writes an id of the machine to disk
   * and leaves a file in the temporary directory. Nothing does where this variable is set before it
   * is loaded; its API comes too late for the first event.
   */
  @SuppressWarnings("restricted") // setenv of the C library.
  private static void forbidTelemetry() {
    var linker = Linker.nativeLinker();
    var setenv = linker.defaultLookup().find("setenv");
    if (setenv.isEmpty()) {
      return;
    }
    var shape =
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    try (var arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom("ORT_DISABLE_TELEMETRY");
      MemorySegment value = arena.allocateFrom("1");
      int failed = (int) linker.downcallHandle(setenv.get(), shape).invokeExact(name, value, 1);
      if (failed != 0) {
        throw new IllegalStateException("ORT_DISABLE_TELEMETRY could not be set");
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable impossible) {
      throw new IllegalStateException("setenv could not be called", impossible);
    }
  }

  /**
   * By itself it would unpack 28 MB into the temporary directory of every process, and leave them
   * there where the process is killed.
   */
  private static void useUnpacked() {
    var folder = NativeLibraries.unpack(LOG::info);
    if (folder != null && System.getProperty(PATH_PROPERTY) == null) {
      System.setProperty(PATH_PROPERTY, folder.toString());
    }
  }
}
