package dev.sluice.worker.trial;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Fault;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;

/** What the child process says of a file. */
sealed interface TrialVerdict {

  /** Most characters of each text, so that a verdict fits one write to a pipe. */
  int TEXT_CHARS_MAX = 300;

  /** It can be opened and run. */
  record Passed() implements TrialVerdict {}

  /**
   * It can't.
   *
   * @param cause why
   */
  record Refused(Cause cause) implements TrialVerdict {}

  /** As one word. */
  default String word() {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      switch (this) {
        case Passed() -> out.writeBoolean(true);
        case Refused(var cause) -> {
          out.writeBoolean(false);
          out.writeUTF(cause.code().name());
          for (var text : new String[] {cause.where(), cause.what(), cause.why(), cause.mend()}) {
            out.writeUTF(text.substring(0, Math.min(text.length(), TEXT_CHARS_MAX)));
          }
        }
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  /**
   * Reads a word. Whatever a file is refused for in the child is a fault of the file: there, memory
   * ends where it should.
   *
   * @throws IllegalArgumentException where it is none
   */
  static TrialVerdict of(String word) {
    try (var in = new DataInputStream(new ByteArrayInputStream(Base64.getDecoder().decode(word)))) {
      return in.readBoolean()
          ? new Passed()
          : new Refused(
              new Cause(
                  ofTheFile(Code.valueOf(in.readUTF())),
                  in.readUTF(),
                  in.readUTF(),
                  in.readUTF(),
                  in.readUTF()));
    } catch (IOException cutOff) {
      throw new IllegalArgumentException("It is no verdict: " + word, cutOff);
    }
  }

  private static Code ofTheFile(Code code) {
    return code.fault() == Fault.BAD_INPUT ? code : Code.MODEL_UNUSABLE;
  }
}
