package dev.sluice.producer.api;

import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.ModelVersion;

/** From the ledger's model entries to what the API shows of them. */
public final class ModelViews {

  private ModelViews() {}

  /** The view of a model. */
  public static ModelView of(ModelEntry entry) {
    int latest = entry.versions().isEmpty() ? 0 : entry.versions().getLast().version();
    return new ModelView(
        entry.name(),
        latest,
        entry.aliases(),
        entry.versions().stream().map(ModelViews::version).toList());
  }

  /** The view of a version. */
  public static ModelVersionView version(ModelVersion model) {
    return new ModelVersionView(
        model.name(),
        model.version(),
        model.jobId(),
        model.sha256(),
        Words.of(model.network().objective()),
        model.network().parameters(),
        model.network().outputs(),
        model.network().classes(),
        model.network().features(),
        JobViews.metrics(model.metrics()),
        model.files().stream()
            .map(
                file -> new ModelVersionView.FileView(file.format(), file.artifact(), file.bytes()))
            .toList(),
        model.dataset(),
        model.engine(),
        model.registeredMs(),
        model.format(),
        model.parent().isEmpty() ? null : model.parent());
  }
}
