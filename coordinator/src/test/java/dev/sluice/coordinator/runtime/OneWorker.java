package dev.sluice.coordinator.runtime;

import dev.sluice.coordinator.ledger.PublishedModels;
import dev.sluice.coordinator.ledger.Specs;
import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.schemas.wire.JobEvent;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * A world with one worker that nobody reports anything to.
 *
 * @param time the brokers'
 */
public record OneWorker(Supplier<OptionalLong> time) implements LedgerShard.Surroundings {

  /** One in which no broker has told its time yet. */
  public OneWorker() {
    this(OptionalLong::empty);
  }

  @Override
  public Fleet fleet() {
    return Specs.fleet(1);
  }

  @Override
  public PublishedModels models() {
    return PublishedModels.NONE;
  }

  @Override
  public boolean settled() {
    return true;
  }

  @Override
  public OptionalLong brokersMs() {
    return time.get();
  }

  @Override
  public void report(JobEvent event) {}
}
