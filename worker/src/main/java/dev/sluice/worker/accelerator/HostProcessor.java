package dev.sluice.worker.accelerator;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.Modelled;
import dev.sluice.worker.work.TaskWork;
import dev.sluice.worker.work.TermWork;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The processor that the worker runs on: it does everything, and its times are measured. */
public record HostProcessor() implements Accelerator {

  @Override
  public boolean modelled() {
    return false;
  }

  @Override
  public Optional<Cause> objection(TaskWork work) {
    return Optional.empty();
  }

  @Override
  public Optional<Cause> objection(ModelVersion model) {
    return Optional.empty();
  }

  @Override
  public @Nullable Modelled inference(ModelVersion model, long rows, int batch) {
    return null;
  }

  @Override
  public @Nullable Modelled training(TermWork work, long samples, long steps) {
    return null;
  }
}
