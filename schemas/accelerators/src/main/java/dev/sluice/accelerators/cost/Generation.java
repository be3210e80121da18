package dev.sluice.accelerators.cost;

import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.platform.document.Spelling;

/** Generations of devices, told by the number formats whose rates are published. */
enum Generation {
  /** Neither bf16 nor fp8. */
  PRE_BF16,
  /** One of these. */
  BF16_FP8,
  /** Fp4 as well. */
  FP4;

  static Generation of(AcceleratorModel model) {
    var peaks = model.peaks();
    if (peaks.containsKey(NumberFormat.FP4)) {
      return FP4;
    }
    return peaks.containsKey(NumberFormat.BF16) || peaks.containsKey(NumberFormat.FP8)
        ? BF16_FP8
        : PRE_BF16;
  }

  String label() {
    return Spelling.of(this);
  }
}
