package dev.sluice.worker.natives;

import dev.sluice.worker.engine.OnnxEngine;
import dev.sluice.worker.engine.TorchEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** A process that loads both engines, computes, and prints which files of theirs it has mapped. */
final class LoadsNatives {
  private static final Predicate<String> ENGINES =
      Pattern.compile("(torch|c10|openblas|gfortran|quadmath|gomp|onnxruntime|jnijavacpp)")
          .asPredicate();

  private LoadsNatives() {}

  public static void main(String[] arguments) throws IOException {
    System.out.println(new TorchEngine().fingerprint());
    System.out.println(new OnnxEngine().fingerprint());
    try (var maps = Files.lines(Path.of("/proc/self/maps"))) {
      maps.map(line -> line.substring(line.indexOf('/') + 1))
          .filter(
              file -> file.contains(".so") && ENGINES.test(file.substring(file.lastIndexOf('/'))))
          .distinct()
          .forEach(file -> System.out.println("mapped /" + file));
    }
  }
}
