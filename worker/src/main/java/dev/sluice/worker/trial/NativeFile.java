package dev.sluice.worker.trial;

import dev.sluice.schemas.wire.Objective;
import java.util.List;

/** A file that a native library is to open. */
public sealed interface NativeFile {

  /** Its bytes; not copied, and not to be changed. */
  byte[] bytes();

  /**
   * A model for ONNX Runtime.
   *
   * @param bytes the file
   */
  @SuppressWarnings("ArrayRecordComponent") // a file of many megabytes is not boxed; never compared
  record Onnx(byte[] bytes) implements NativeFile {}

  /**
   * A network for libtorch: code, which runs when it is opened.
   *
   * @param bytes the file
   * @param input shape of one sample
   * @param objective what training lowers
   */
  @SuppressWarnings("ArrayRecordComponent") // as above
  record TorchScript(byte[] bytes, List<Integer> input, Objective objective) implements NativeFile {
    public TorchScript {
      input = List.copyOf(input);
    }
  }
}
