package dev.sluice.worker.accelerator;

import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.Catalogue;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.Modelled;
import dev.sluice.worker.work.TaskWork;
import dev.sluice.worker.work.TermWork;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The device that a worker stands for. Whatever it is, the host's processor computes. */
public sealed interface Accelerator permits HostProcessor, ModelledAccelerator {

  /**
   * The device of a catalogue's model: the host's own processor is measured, others are modelled.
   */
  static Accelerator of(AcceleratorModel model) {
    return model.id().equals(Catalogue.HOST_CPU.id())
        ? new HostProcessor()
        : new ModelledAccelerator(model);
  }

  /** Whether its figures are modelled rather than measured. */
  boolean modelled();

  /**
   * Why it cannot do a task.
   *
   * @return empty where it can, as far as is known
   */
  Optional<Cause> objection(TaskWork work);

  /**
   * Why it cannot answer rows with a model.
   *
   * @return empty where it can, as far as is known
   */
  Optional<Cause> objection(ModelVersion model);

  /**
   * What answering rows would have taken on it.
   *
   * @param batch most rows at a time; 1: they are answered one by one
   * @return null where it was measured, or nothing can be said
   */
  @Nullable Modelled inference(ModelVersion model, long rows, int batch);

  /**
   * What some steps of a term would have taken on it.
   *
   * @param samples samples of all these steps together
   * @param steps steps that were computed
   * @return null where it was measured, or nothing can be said
   */
  @Nullable Modelled training(TermWork work, long samples, long steps);
}
