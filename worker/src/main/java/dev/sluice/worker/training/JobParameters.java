package dev.sluice.worker.training;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The newest generations of one job's parameters, off the heap. One thread offers blocks as they
 * come; another reads the newest generation of which all blocks are here. Safe for use by both.
 */
public final class JobParameters implements AutoCloseable {

  /** One that is being read, one that is complete, one that is coming. */
  private static final int SLOTS = 3;

  private static final int ALIGNMENT_BYTES = 64;

  private static final class Slot {
    final MemorySegment flat;
    final BitSet blocks = new BitSet();
    long generation = -1;
    boolean read;

    Slot(MemorySegment flat) {
      this.flat = flat;
    }
  }

  /**
   * A generation for reading.
   *
   * @param generation which one
   * @param flat the flat vector: binary32 in native order
   */
  public record Generation(long generation, MemorySegment flat) {}

  private final String jobId;
  private final Blocks blocks;
  private final Arena arena;
  private final List<Slot> slots = new ArrayList<>();
  private long newest = -1;
  private boolean closed;

  /**
   * @param jobId job
   * @param blocks how its flat vector is cut
   * @param memory gives the arena that it is in; closed with this
   */
  public JobParameters(String jobId, Blocks blocks, Supplier<Arena> memory) {
    this.jobId = jobId;
    this.blocks = blocks;
    this.arena = memory.get();
    long bytes = Math.max(1, blocks.floats()) * Float.BYTES;
    for (int i = 0; i < SLOTS; i++) {
      slots.add(new Slot(arena.allocate(bytes, ALIGNMENT_BYTES)));
    }
  }

  /** Job. */
  public String jobId() {
    return jobId;
  }

  /** How its flat vector is cut. */
  public Blocks blocks() {
    return blocks;
  }

  /** Newest generation of which all blocks are here; -1: none. */
  public synchronized long newest() {
    return newest;
  }

  /**
   * Takes a block. Blocks of generations that are no longer of use, and those that are here
   * already, are left alone.
   *
   * @param payload its values: binary32, little-endian
   * @return whether a newer generation is complete now
   * @throws IllegalArgumentException where the job has no such block, or it has another length
   */
  public boolean offer(int block, long generation, ByteBuffer payload) {
    return offer(block, generation, MemorySegment.ofBuffer(payload));
  }

  /**
   * Takes a block, as the other does.
   *
   * @param values its values
   * @return whether a newer generation is complete now
   * @throws IllegalArgumentException where the job has no such block, or it has another length
   */
  public boolean offer(int block, long generation, float[] values) {
    return offer(block, generation, MemorySegment.ofArray(values));
  }

  private synchronized boolean offer(int block, long generation, MemorySegment values) {
    if (closed || generation <= newest) {
      return false;
    }
    if (block < 0 || block >= blocks.count() || values.byteSize() != blocks.bytes(block)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "block %d of %d bytes does not fit job %s of %d blocks",
              block,
              values.byteSize(),
              jobId,
              blocks.count()));
    }
    var slot = slotFor(generation);
    if (slot == null || slot.blocks.get(block)) {
      return false;
    }
    MemorySegment.copy(values, 0, slot.flat, blocks.fromByte(block), values.byteSize());
    slot.blocks.set(block);
    if (slot.blocks.cardinality() < blocks.count()) {
      return false;
    }
    newest = generation;
    return true;
  }

  private @Nullable Slot slotFor(long generation) {
    Slot oldest = null;
    for (var slot : slots) {
      if (slot.generation == generation) {
        return slot;
      }
      boolean free = !slot.read && (slot.generation < 0 || slot.generation != newest);
      if (free && (oldest == null || slot.generation < oldest.generation)) {
        oldest = slot;
      }
    }
    if (oldest == null || oldest.generation > generation) {
      return null;
    }
    oldest.generation = generation;
    oldest.blocks.clear();
    return oldest;
  }

  /**
   * The newest complete generation, kept as it is until {@link #release}; one at a time.
   *
   * @throws IllegalStateException where none is complete
   */
  public synchronized Generation acquire() {
    for (var slot : slots) {
      if (newest >= 0 && slot.generation == newest && !closed) {
        slot.read = true;
        return new Generation(newest, slot.flat);
      }
    }
    throw new IllegalStateException("no generation of job " + jobId + " is complete");
  }

  /** Ends the reading. */
  public synchronized void release() {
    slots.forEach(slot -> slot.read = false);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      arena.close();
    }
  }
}
