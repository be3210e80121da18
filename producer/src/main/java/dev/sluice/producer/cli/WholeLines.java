package dev.sluice.producer.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Hands on complete lines only, so that where a stream of documents breaks off no half document is
 * left before what is said about it.
 */
final class WholeLines extends OutputStream {

  private final OutputStream out;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  /**
   * @param out where to; not closed
   */
  WholeLines(OutputStream out) {
    this.out = out;
  }

  @Override
  public void write(int b) throws IOException {
    line.write(b);
    if (b == '\n') {
      line.writeTo(out);
      line.reset();
    }
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int end = offset + length;
    int after = end;
    while (after > offset && bytes[after - 1] != '\n') {
      after--;
    }
    if (after > offset) {
      line.writeTo(out);
      line.reset();
      out.write(bytes, offset, after - offset);
    }
    line.write(bytes, after, end - after);
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }
}
