package dev.sluice.producer.cli;

import dev.sluice.producer.spec.FileReference;
import dev.sluice.producer.spec.JobFile;
import dev.sluice.producer.spec.JobFileResult;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Fault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** A job file on this machine. */
final class LocalJobFile {

  private static final long BYTES_MAX = 1024 * 1024;

  private LocalJobFile() {}

  /**
   * Reads a job file.
   *
   * @throws IOException where the file is there and can't be read
   */
  static JobFileResult read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return invalid(file.toString(), "There is no file " + file + ".", "", "Correct the path.");
    }
    if (Files.size(file) > BYTES_MAX) {
      return invalid(
          file.toString(),
          file + " has more than " + Text.bytes(BYTES_MAX) + ": not a job file.",
          "",
          "Name a job file; it names its data.");
    }
    var bytes = ByteBuffer.wrap(Files.readAllBytes(file));
    var text = CharBuffer.allocate(bytes.remaining());
    if (StandardCharsets.UTF_8.newDecoder().decode(bytes, text, true).isError()) {
      return new JobFileResult.Invalid(List.of(notUtf8(bytes)));
    }
    return JobFile.parse(text.flip().toString());
  }

  /** Where a file is that a job file names: relative to the job file's folder. */
  static Path resolve(Path jobFile, FileReference reference) {
    var folder = jobFile.toAbsolutePath().getParent();
    return folder == null ? Path.of(reference.file()) : folder.resolve(reference.file());
  }

  private static JobFileResult invalid(String where, String what, String why, String mend) {
    return new JobFileResult.Invalid(List.of(new Cause(Fault.BAD_INPUT, where, what, why, mend)));
  }

  /** What is told of a file in another encoding, whose decoding ended at the buffer's position. */
  private static Cause notUtf8(ByteBuffer bytes) {
    int line = 1;
    int column = 1;
    for (int i = 0; i < bytes.position(); i++) {
      boolean newline = bytes.get(i) == '\n';
      line += newline ? 1 : 0;
      column = newline ? 1 : column + 1;
    }
    return new Cause(
        Fault.BAD_INPUT,
        "line " + line + ", byte " + column,
        String.format(
            Locale.ROOT,
            "The file is not UTF-8 text: byte 0x%02X does not belong there.",
            bytes.get(bytes.position())),
        "Job files are YAML or JSON, in UTF-8.",
        "Save it as UTF-8; `iconv -f latin1 -t utf-8` converts what Windows editors often write.");
  }
}
