package dev.sluice.deploy.simulation;

import dev.sluice.coordinator.runtime.PartitionRuntime;
import dev.sluice.coordinator.runtime.Position;
import dev.sluice.coordinator.runtime.Shard;
import dev.sluice.coordinator.runtime.Source;
import dev.sluice.coordinator.runtime.Unavailable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A partition that a coordinator runs: the production runtime, and the ports of its newest
 * takeover.
 *
 * @param <S> what runs
 * @param <T> message of its log
 * @param <P> its ports
 */
final class Partition<S extends Shard<T>, T, P> {

  /** Makes what runs around its ports. */
  interface Making<S, P> {
    S around(P ports);
  }

  final PartitionRuntime<S, T> runtime;
  private @Nullable P ports;
  private boolean failing;

  Partition(World world, Source<T> source, Supplier<P> newPorts, Making<S, P> making) {
    runtime =
        new PartitionRuntime<>(
            () -> {
              var made = newPorts.get();
              ports = made;
              return making.around(made);
            },
            new Failing(source),
            () -> world.steadyMs,
            new Silence());
  }

  /** Ports of the newest takeover; null before the first. */
  @Nullable P ports() {
    return ports;
  }

  /** The brokers fail it next. */
  void fail() {
    failing = true;
  }

  /** A log that fails when it is told to. */
  private final class Failing implements Source<T> {
    private final Source<T> log;

    Failing(Source<T> log) {
      this.log = log;
    }

    @Override
    public void seek(Position from) {
      log.seek(from);
    }

    @Override
    public void stop() {
      log.stop();
    }

    @Override
    public @Nullable Batch<T> take() {
      if (failing) {
        failing = false;
        throw new Unavailable("the brokers are away");
      }
      return log.take();
    }

    @Override
    public boolean full() {
      return log.full();
    }

    @Override
    public long takeSameUpTo() {
      return log.takeSameUpTo();
    }
  }

  /** Nobody listens. */
  private static final class Silence implements PartitionRuntime.Listener {
    @Override
    public void active() {}

    @Override
    public void failed(Unavailable why) {}

    @Override
    public void waits(long at, String what) {}
  }
}
