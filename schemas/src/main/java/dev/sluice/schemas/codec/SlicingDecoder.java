package dev.sluice.schemas.codec;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * Avro's decoder of bytes on the heap, but for one thing: a field of bytes is a view of them and no
 * copy, as it may be a block of a megabyte.
 */
final class SlicingDecoder extends Decoder {

  private final byte[] bytes;
  private final int end;
  private final BinaryDecoder in;

  private SlicingDecoder(byte[] bytes, int from, int length) {
    this.bytes = bytes;
    end = from + length;
    in = DecoderFactory.get().binaryDecoder(bytes, from, length, null);
  }

  /** Decodes what remains of a buffer; one that is not on the heap is copied there. */
  static SlicingDecoder of(ByteBuffer buffer) {
    if (buffer.hasArray()) {
      return new SlicingDecoder(
          buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining());
    }
    var copy = new byte[buffer.remaining()];
    buffer.get(copy);
    return new SlicingDecoder(copy, 0, copy.length);
  }

  /** Whether nothing is left. */
  boolean isEnd() throws IOException {
    return in.isEnd();
  }

  @Override
  public ByteBuffer readBytes(@Nullable ByteBuffer old) throws IOException {
    long length = in.readLong();
    int left = in.inputStream().available();
    if (length < 0 || length > left) {
      throw new EOFException(length + " bytes are claimed, and " + left + " are left");
    }
    int at = end - left;
    in.skipFixed((int) length);
    return ByteBuffer.wrap(bytes, at, (int) length).slice();
  }

  @Override
  public void readNull() throws IOException {
    in.readNull();
  }

  @Override
  public boolean readBoolean() throws IOException {
    return in.readBoolean();
  }

  @Override
  public int readInt() throws IOException {
    return in.readInt();
  }

  @Override
  public long readLong() throws IOException {
    return in.readLong();
  }

  @Override
  public float readFloat() throws IOException {
    return in.readFloat();
  }

  @Override
  public double readDouble() throws IOException {
    return in.readDouble();
  }

  @Override
  public Utf8 readString(@Nullable Utf8 old) throws IOException {
    return in.readString(old);
  }

  @Override
  public String readString() throws IOException {
    return in.readString();
  }

  @Override
  public void skipString() throws IOException {
    in.skipString();
  }

  @Override
  public void skipBytes() throws IOException {
    in.skipBytes();
  }

  @Override
  public void readFixed(byte[] into, int start, int length) throws IOException {
    in.readFixed(into, start, length);
  }

  @Override
  public void skipFixed(int length) throws IOException {
    in.skipFixed(length);
  }

  @Override
  public int readEnum() throws IOException {
    return in.readEnum();
  }

  @Override
  public long readArrayStart() throws IOException {
    return in.readArrayStart();
  }

  @Override
  public long arrayNext() throws IOException {
    return in.arrayNext();
  }

  @Override
  public long skipArray() throws IOException {
    return in.skipArray();
  }

  @Override
  public long readMapStart() throws IOException {
    return in.readMapStart();
  }

  @Override
  public long mapNext() throws IOException {
    return in.mapNext();
  }

  @Override
  public long skipMap() throws IOException {
    return in.skipMap();
  }

  @Override
  public int readIndex() throws IOException {
    return in.readIndex();
  }
}
