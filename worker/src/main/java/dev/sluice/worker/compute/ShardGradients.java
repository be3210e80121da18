package dev.sluice.worker.compute;

import dev.sluice.worker.engine.EngineException;
import java.lang.foreign.MemorySegment;

/** One job's network and data: what its shards contribute. For one thread. */
public interface ShardGradients extends AutoCloseable {

  /** The initial vector, a function of seed and network alone; nothing is computed for it. */
  ShardSum initial();

  /**
   * The sum over an aligned group of shards, in the order of the tree over all shards.
   *
   * @param flat parameters of generation {@code step}
   * @return the sum; its values are overwritten after {@link #recycle}
   * @throws EngineException where the engine fails
   */
  ShardSum compute(MemorySegment flat, long step, int shardFrom, int shards) throws EngineException;

  /** Gives the room of a sum back. */
  void recycle(ShardSum sum);

  @Override
  void close();
}
