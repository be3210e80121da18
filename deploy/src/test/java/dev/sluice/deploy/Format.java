package dev.sluice.deploy;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The house format: google-java-format, over the sources of all modules. {@code deploy/format} runs
 * this file on its own, so it must not use any other class of the project.
 */
final class Format {
  static final List<String> MODULES =
      List.of(
          "schemas",
          "schemas/jobs",
          "schemas/platform",
          "schemas/accelerators",
          "producer",
          "coordinator",
          "coordinator/fold",
          "coordinator/planner",
          "worker",
          "deploy",
          "deploy/chaos",
          "deploy/benchmark");

  private Format() {}

  /**
   * Formats the files named, or all sources under the system property {@code sluice.root}. With
   * {@code --check} it changes nothing, prints what it would change and exits with 1 if that is
   * anything; it also exits with 1 if a file does not parse.
   */
  public static void main(String[] args) throws IOException {
    var paths = new ArrayList<>(Arrays.asList(args));
    boolean check = paths.remove("--check");
    List<Path> sources =
        paths.isEmpty()
            ? sources(Path.of(System.getProperty("sluice.root", ".")).normalize())
            : paths.stream().map(Path::of).toList();
    boolean failed = false;
    for (Path source : sources) {
      String before = Files.readString(source);
      try {
        String after = formatted(before);
        if (!after.equals(before)) {
          System.out.println(source);
          failed |= check;
          if (!check) {
            Files.writeString(source, after);
          }
        }
      } catch (FormatterException e) {
        System.err.println(source + ": " + e.getMessage());
        failed = true;
      }
    }
    System.exit(failed ? 1 : 0);
  }

  /** Every Java source file of every module under {@code root}, in path order. */
  static List<Path> sources(Path root) throws IOException {
    var sources = new ArrayList<Path>();
    for (String module : MODULES) {
      try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src"))) {
        files.filter(file -> file.toString().endsWith(".java")).sorted().forEach(sources::add);
      }
    }
    return sources;
  }

  /**
   * The house form of one source file.
   *
   * @throws FormatterException if {@code source} is not a Java compilation unit
   */
  static String formatted(String source) throws FormatterException {
    return new Formatter().formatSourceAndFixImports(source);
  }
}
