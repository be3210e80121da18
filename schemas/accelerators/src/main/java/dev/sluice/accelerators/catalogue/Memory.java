package dev.sluice.accelerators.catalogue;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The memory that holds weights and activations.
 *
 * @param kind such as {@code GDDR6} or {@code HBM3e}; null: not published
 * @param gigabytes size in 10<sup>9</sup> bytes, as the source prints it; null: not published. Some
 *     vendors print 2<sup>30</sup> bytes as GB.
 * @param gigabytesMax size of the largest variant; null where there is one size
 * @param usableGibibytes what the driver leaves to models, in 2<sup>30</sup> bytes, as the source
 *     prints it; null: not published
 * @param gigabytesPerSecond bandwidth in 10<sup>9</sup> bytes a second; null: not published
 * @param evidence where the figures come from
 */
public record Memory(
    @Nullable String kind,
    @Nullable Double gigabytes,
    @Nullable Double gigabytesMax,
    @Nullable Double usableGibibytes,
    @Nullable Double gigabytesPerSecond,
    Evidence evidence) {

  /** Nothing is published. */
  public static final Memory UNKNOWN = new Memory(null, null, null, null, null, Evidence.NONE);

  private static final double GIGABYTES_PER_GIBIBYTE = (1L << 30) / 1e9;

  public Memory {
    Figure.MEMORY.checked(gigabytes);
    Figure.MEMORY.checked(gigabytesMax);
    Figure.USABLE_MEMORY.checked(usableGibibytes);
    Figure.MEMORY_RATE.checked(gigabytesPerSecond);
  }

  /**
   * What the driver leaves to models, in 10<sup>9</sup> bytes; null: not published. It may exceed
   * {@link #gigabytes} where the vendor's GB has 2<sup>30</sup> bytes.
   */
  public @Nullable Double usableGigabytes() {
    return usableGibibytes == null ? null : usableGibibytes * GIGABYTES_PER_GIBIBYTE;
  }

  /** The family of memory; none where the kind isn't known. */
  public Optional<MemoryClass> memoryClass() {
    return kind == null ? Optional.empty() : MemoryClass.of(kind);
  }
}
