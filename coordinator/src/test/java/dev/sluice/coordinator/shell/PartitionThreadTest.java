package dev.sluice.coordinator.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.coordinator.ledger.BrokenInvariant;
import dev.sluice.coordinator.runtime.PartitionRuntime;
import dev.sluice.coordinator.runtime.PartitionRuntime.State;
import dev.sluice.coordinator.runtime.Position;
import dev.sluice.coordinator.runtime.Shard;
import dev.sluice.coordinator.runtime.Source;
import dev.sluice.platform.process.ServiceOutput;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** From what a partition's thread meets to what the process says and exits with. */
class PartitionThreadTest {

  private static final long SECONDS_MAX = 30;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void aBrokenInvariantEndsTheProcessWithItsCodeAndSaysWhatAndWhereAndWhatToDo() throws Exception {
    var invariant = new BrokenInvariant("an ended job changes no more").at("sluice.jobs/3/17");

    assertThat(exitCode(invariant)).isEqualTo(CoordinatorCommand.BROKEN_INVARIANT);

    assertThat(err.toString())
        .contains("an ended job changes no more")
        .contains("sluice.jobs/3/17")
        .contains("Nothing of what follows was written")
        .contains("Report it");
    assertThat(out.toString())
        .contains("\"code\" : \"failed\"")
        .contains("\"code\" : \"defect\"")
        .contains("\"where\" : \"sluice.jobs/3/17\"");
  }

  @Test
  void anotherDefectEndsItWithTheCodeOfWhatTheLogSays() throws Exception {
    assertThat(exitCode(new NullPointerException("at a fold")))
        .isEqualTo(CoordinatorCommand.FAILED)
        .isNotEqualTo(CoordinatorCommand.BROKEN_INVARIANT);
    assertThat(err.toString()).isEmpty();
  }

  private int exitCode(RuntimeException met) throws Exception {
    var failed = new CompletableFuture<Throwable>();
    var runtime =
        new PartitionRuntime<>(() -> new Wrong(met), new Log(), () -> 1, new RuntimeLog("one"));
    var thread = new PartitionThread<>("one", runtime, failed::complete);
    thread.start();
    var why = failed.get(SECONDS_MAX, TimeUnit.SECONDS);
    assertThat(thread.awaitEnd(TimeUnit.SECONDS.toNanos(SECONDS_MAX))).isTrue();
    assertThat(runtime.state()).isEqualTo(State.CLOSED);
    assertThat(why).isSameAs(met);
    return CoordinatorCommand.failed(
        why, new ServiceOutput(new PrintWriter(out), new PrintWriter(err), true));
  }

  /** Meets something with each batch. */
  private record Wrong(RuntimeException met) implements Shard<String> {
    @Override
    public @Nullable String handle(Source.Batch<String> batch, long nowMs) {
      throw met;
    }

    @Override
    public Position load(long sameUpTo) {
      return position();
    }

    @Override
    public Position position() {
      return Position.at(0);
    }

    @Override
    public boolean ready() {
      return true;
    }

    @Override
    public String progress() {
      return "";
    }

    @Override
    public void fence() {}

    @Override
    public void commit() {
      throw new AssertionError("what was not handled is not committed");
    }

    @Override
    public long gatherMs() {
      return 0;
    }

    @Override
    public boolean isAwaited() {
      return true;
    }

    @Override
    public void tick(long nowMs) {}

    @Override
    public void close() {}
  }

  private static final class Log implements Source<String> {
    @Override
    public Batch<String> take() {
      return new Batch<>(List.of(), Position.at(1), true);
    }

    @Override
    public boolean full() {
      return false;
    }

    @Override
    public long takeSameUpTo() {
      return Long.MAX_VALUE;
    }

    @Override
    public void seek(Position from) {}

    @Override
    public void stop() {}
  }
}
