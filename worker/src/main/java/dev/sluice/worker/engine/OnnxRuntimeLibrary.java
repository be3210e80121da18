package dev.sluice.worker.engine;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.bytedeco.javacpp.Loader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has to be so before ONNX Runtime is loaded. */
final class OnnxRuntimeLibrary {
  private static final Logger LOG = LoggerFactory.getLogger(OnnxRuntimeLibrary.class);

  private static final String PATH_PROPERTY = "onnxruntime.native.path";
  private static final String LINUX_X64 = "/ai/onnxruntime/native/linux-x64/";
  private static final String[] FILES = {"libonnxruntime.so", "libonnxruntime4j_jni.so"};

  private OnnxRuntimeLibrary() {}

  /** Call it before the first use of ONNX Runtime's classes; again does no harm. */
  static void prepare() {
    forbidTelemetry();
    unpackOnce();
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
   * there where the process is killed. They go to where libtorch is unpacked, once.
   */
  private static void unpackOnce() {
    boolean linuxX64 =
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64");
    if (!linuxX64 || System.getProperty(PATH_PROPERTY) != null) {
      return;
    }
    try {
      for (var file : FILES) {
        File unpacked = Loader.cacheResource(OnnxRuntimeLibrary.class, LINUX_X64 + file);
        if (unpacked == null) {
          return;
        }
        System.setProperty(PATH_PROPERTY, unpacked.getParent());
      }
    } catch (IOException e) {
      LOG.info("ONNX Runtime is unpacked for this process only: {}", e.getMessage());
      System.clearProperty(PATH_PROPERTY);
    }
  }
}
