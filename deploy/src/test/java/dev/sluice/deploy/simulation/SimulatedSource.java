package dev.sluice.deploy.simulation;

import dev.sluice.coordinator.runtime.LogRecord;
import dev.sluice.coordinator.runtime.Position;
import dev.sluice.coordinator.runtime.Source;
import dev.sluice.coordinator.runtime.Unavailable;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.DeadLetterReason;
import java.util.ArrayList;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A coordinator's reader of one partition: a few committed records at a time, from where it was
 * told to read.
 *
 * @param <A> what the log holds
 * @param <T> message in it
 */
final class SimulatedSource<A, T> implements Source<T> {

  private static final int BATCH_MAX = 4;

  private final World world;
  private final PartitionLog<A> log;
  private final Function<A, T> message;
  private final ToLongFunction<A> appendedMs;
  private boolean flowing;
  private int next;

  /** The next record that whoever reads has to be given. */
  private int due;

  SimulatedSource(
      World world, PartitionLog<A> log, Function<A, T> message, ToLongFunction<A> appendedMs) {
    this.world = world;
    this.log = log;
    this.message = message;
    this.appendedMs = appendedMs;
  }

  /** Where it reads. */
  int next() {
    return next;
  }

  @Override
  public void seek(Position from) {
    due = (int) from.offset();
    boolean kept = world.mutation == Mutation.RECORDS_OF_BEFORE_A_SEEK && next > due;
    next = kept ? next : due;
    flowing = true;
  }

  @Override
  public void stop() {
    flowing = false;
  }

  /** Asked while records gather. */
  @Override
  public boolean full() {
    return world.random.nextBoolean();
  }

  @Override
  public long takeSameUpTo() {
    return Long.MAX_VALUE;
  }

  @Override
  public @Nullable Batch<T> take() {
    if (!flowing) {
      throw new AssertionError(log.name + " is read by whoever was told to stop");
    }
    if (next < log.beginning()) {
      // A reader finds that out, or passes over it in silence.
      if (world.mutation != Mutation.TRIMMED_RECORDS_PASSED_OVER && world.random.nextBoolean()) {
        throw new Unavailable("offset " + next + " is out of range");
      }
      next = log.beginning();
    }
    int from = next;
    int most = 1 + world.random.nextInt(BATCH_MAX);
    var records = new ArrayList<LogRecord<T>>();
    while (next < log.stable() && records.size() < most) {
      var record = log.committed(next);
      if (record != null) {
        records.add(new Found(next, message.apply(record), appendedMs.applyAsLong(record)));
      }
      next++;
    }
    return next == from ? null : new Batch<>(records, Position.at(next), next == log.stable());
  }

  /** A record; whoever reads it has been given all before it. */
  private final class Found implements LogRecord<T> {
    private final int offset;
    private final T value;
    private final long atMs;

    Found(int offset, T value, long atMs) {
      this.offset = offset;
      this.value = value;
      this.atMs = atMs;
    }

    @Override
    public long offset() {
      return offset;
    }

    @Override
    public long appendedMs() {
      return atMs;
    }

    @Override
    public int leaderEpoch() {
      return Position.NO_EPOCH;
    }

    @Override
    public int bytes() {
      return 0;
    }

    @Override
    public Content<T> read(long nowMs) {
      world.invariants.reads(log.name, log.firstRecord(due), offset);
      due = offset + 1;
      return new Content.Message<>(value);
    }

    @Override
    public String place() {
      return log.name + "@" + offset;
    }

    @Override
    public DeadLetter letter(String jobId, DeadLetterReason reason, Cause cause) {
      return DeadLetter.without(log.name, 0, jobId, reason, cause);
    }
  }
}
