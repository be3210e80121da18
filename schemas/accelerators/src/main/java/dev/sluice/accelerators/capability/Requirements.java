package dev.sluice.accelerators.capability;

import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.accelerators.cost.Workload;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a job needs of an accelerator, as far as it is known; less is known before data set and
 * network were read.
 *
 * @param purpose what is done
 * @param formats number formats, any of which will do
 * @param memory bytes that it takes; null: not known
 * @param devices devices that one worker's share is spread over
 * @param workload what a sample costs; null: not known
 * @param batch samples that a device works on at a time; 0: not known
 * @param batches batches in all; 0: not known
 * @param samples samples in all; fewer than batches x batch where the last batch of an epoch, or of
 *     the rows, is smaller; 0: not known
 * @param workersMax most workers that can work on it side by side: shards of a step, or batches of
 *     rows; 0: not known
 */
public record Requirements(
    Purpose purpose,
    Set<NumberFormat> formats,
    @Nullable MemoryNeed memory,
    int devices,
    @Nullable Workload workload,
    long batch,
    long batches,
    long samples,
    long workersMax) {

  /** What is done. */
  public enum Purpose {
    TRAIN,
    INFER,
    QUANTISE
  }

  /**
   * Memory of a device, or of all that one share is spread over.
   *
   * @param bytes how much
   * @param what what for, such as "parameters, gradients and Adam state"
   */
  public record MemoryNeed(double bytes, String what) {}

  /** Of work all of whose batches are full. */
  public Requirements(
      Purpose purpose,
      Set<NumberFormat> formats,
      @Nullable MemoryNeed memory,
      int devices,
      @Nullable Workload workload,
      long batch,
      long batches,
      long workersMax) {
    this(purpose, formats, memory, devices, workload, batch, batches, batch * batches, workersMax);
  }

  public Requirements {
    formats = Set.copyOf(formats);
    if (devices < 1) {
      throw new IllegalArgumentException("A job takes at least one device, not " + devices + ".");
    }
  }
}
