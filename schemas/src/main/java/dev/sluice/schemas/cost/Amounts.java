package dev.sluice.schemas.cost;

import java.util.Locale;

/** Amounts in messages. */
final class Amounts {

  private Amounts() {}

  /** Bytes in 10<sup>9</sup> bytes, as the catalogue gives memory. */
  static String gigabytes(double bytes) {
    return String.format(Locale.ROOT, bytes < 1e7 ? "%.6f GB" : "%.3f GB", bytes / 1e9);
  }

  /** A number of devices and what each has for models, such as {@code 2 x 72.000 GB}. */
  static String memory(int count, Device device) {
    var one = gigabytes(device.memoryBytes());
    return count == 1
        ? "one " + device.id() + " has " + one + " for models"
        : count
            + " "
            + device.id()
            + " have "
            + gigabytes(device.memoryBytes() * count)
            + " for models, "
            + one
            + " each";
  }
}
