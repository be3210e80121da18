package dev.sluice.producer.cli;

import dev.sluice.platform.process.FileTrouble;
import dev.sluice.producer.spec.FileReference;
import dev.sluice.producer.spec.JobFile;
import dev.sluice.producer.spec.JobFileResult;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A job file on this machine, or on standard input. */
final class LocalJobFile {

  /** What is written instead of a file where the job comes on standard input. */
  static final String STANDARD_INPUT = "-";

  private static final int BYTES_MAX = 1024 * 1024;

  /** What Java reads in place of bytes of a name that are no characters. */
  private static final char REPLACEMENT = '\uFFFD';

  private LocalJobFile() {}

  /** Reads a job file. A pipe is as good as a file. */
  static JobFileResult read(Path file) {
    boolean standardInput = file.toString().equals(STANDARD_INPUT);
    if (!standardInput && !Files.exists(file)) {
      boolean otherBytes = file.toString().indexOf(REPLACEMENT) >= 0;
      return invalid(
          Code.NO_SUCH_FILE,
          file,
          "There is no file " + file + ".",
          otherBytes
              ? "Its name has bytes that are not UTF-8; no file is found by such a name."
              : "",
          otherBytes
              ? "Rename it, or give it on standard input: sluice submit - < FILE."
              : "Correct the path.");
    }
    if (Files.isDirectory(file) && !standardInput) {
      return invalid(
          Code.UNREADABLE_FILE,
          file,
          file + " is a folder.",
          "A job is described by one file.",
          "Name a file in it.");
    }
    byte[] bytes;
    try {
      bytes = standardInput ? upTo(System.in) : bytes(file);
    } catch (IOException e) {
      return invalid(
          Code.UNREADABLE_FILE,
          file,
          file + " can't be read.",
          "The reason is: " + FileTrouble.why(e, file) + ".",
          "See that you may read it.");
    }
    if (bytes.length > BYTES_MAX) {
      return invalid(
          Code.TOO_LARGE,
          file,
          file + " has more than " + Text.bytes(BYTES_MAX) + ": not a job file.",
          "",
          "Name a job file; it names its data.");
    }
    return JobFile.parse(bytes);
  }

  private static byte[] bytes(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      return upTo(in);
    }
  }

  private static byte[] upTo(InputStream in) throws IOException {
    return in.readNBytes(BYTES_MAX + 1);
  }

  /**
   * Where a file is that a job file names: relative to the job file's folder; where the job comes
   * through a pipe, to the present one. Empty, with a problem added, where it can be nowhere.
   */
  static Optional<Path> locate(Path jobFile, FileReference reference, List<Cause> problems) {
    var folder = Files.isRegularFile(jobFile) ? jobFile.toAbsolutePath().getParent() : null;
    try {
      var named = Path.of(reference.file());
      return Optional.of(folder == null ? named : folder.resolve(named));
    } catch (InvalidPathException e) {
      problems.add(
          new Cause(
              Code.INVALID_NAME,
              reference.where(),
              "No file can be called '" + visible(reference.file()) + "'.",
              "The reason is: " + e.getReason() + ".",
              "Correct the name; where the locale is not UTF-8, names are ASCII only."));
      return Optional.empty();
    }
  }

  /** A name with what can't be shown as escapes. */
  private static String visible(String name) {
    var text = new StringBuilder();
    name.codePoints()
        .forEach(
            character -> {
              boolean shown = !Character.isISOControl(character) && character != 0xFFFD;
              if (shown && Character.getType(character) != Character.SURROGATE) {
                text.appendCodePoint(character);
              } else {
                text.append(String.format(Locale.ROOT, "\\u%04X", character));
              }
            });
    return text.toString();
  }

  private static JobFileResult invalid(Code code, Path file, String what, String why, String mend) {
    return new JobFileResult.Invalid(List.of(new Cause(code, file.toString(), what, why, mend)));
  }
}
