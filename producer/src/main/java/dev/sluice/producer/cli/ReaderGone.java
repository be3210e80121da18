package dev.sluice.producer.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Whoever read standard output has gone: no mistake of anyone's, and nobody is left to tell. */
final class ReaderGone extends IOException {
  private static final long serialVersionUID = 1L;

  private ReaderGone(IOException cause) {
    super(cause);
  }

  /** A stream that tells this from other failures of the one below it. */
  static OutputStream toldBy(OutputStream out) {
    return new FilterOutputStream(out) {
      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
          out.write(bytes, offset, length);
        } catch (IOException e) {
          throw String.valueOf(e.getMessage()).contains("Broken pipe") ? new ReaderGone(e) : e;
        }
      }
    };
  }
}
