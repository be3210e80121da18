package dev.sluice.accelerators.cost;

import dev.sluice.platform.document.Spelling;

/** Families of networks that use a device's arithmetic units alike. */
public enum Family {
  /** Convolutions over all channels. */
  CNN,
  /** Convolutions of which most see one channel each, which leaves matrix units half empty. */
  DEPTHWISE_CNN,
  /** Transformers that read a whole text at once. */
  ENCODER,
  /** Fully connected layers. */
  DENSE,
  /** Transformers that write one token after the other. */
  DECODER;

  /** The name in files, such as {@code depthwise-cnn}. */
  public String label() {
    return Spelling.of(this);
  }
}
