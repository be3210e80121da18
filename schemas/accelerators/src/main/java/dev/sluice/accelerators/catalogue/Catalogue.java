package dev.sluice.accelerators.catalogue;

import dev.sluice.accelerators.catalogue.Training.VendorSoftware;
import dev.sluice.schemas.problem.NearestName;
import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Code;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The accelerator models that are known, by id. */
public final class Catalogue {

  /** The processor that a worker runs on; what it is, and hence its figures, isn't known. */
  public static final AcceleratorModel HOST_CPU =
      AcceleratorModel.withoutFigures(
          "host-cpu",
          "any",
          "The processor that the worker runs on",
          AcceleratorModel.Kind.CPU,
          Set.of(NumberFormat.FP32, NumberFormat.INT8),
          new Training(VendorSoftware.YES, "The engines that a worker comes with train on it."),
          new Software(
              "the engines of a Sluice worker",
              List.of("TorchScript", "ONNX"),
              Map.of(),
              "",
              List.of()));

  private final SortedMap<String, AcceleratorModel> models = new TreeMap<>();

  /**
   * @param models each with an id of its own
   * @throws IllegalArgumentException if two have the same id
   */
  public Catalogue(Collection<AcceleratorModel> models) {
    for (var model : models) {
      if (this.models.putIfAbsent(model.id(), model) != null) {
        throw new IllegalArgumentException("Two accelerator models are called " + model.id() + ".");
      }
    }
  }

  /**
   * This catalogue with more models.
   *
   * @param texts catalogue files, in the order in which messages about them should stand
   */
  public CatalogueResult with(List<CatalogueText> texts) {
    return with(texts, LocalDate.MAX);
  }

  /**
   * The same, where no figure can have been written down after some day.
   *
   * @param latest that day
   */
  CatalogueResult with(List<CatalogueText> texts, LocalDate latest) {
    var problems = new Problems();
    var all = new TreeMap<>(models);
    for (var text : texts) {
      for (var entry : CatalogueReader.read(text, latest, problems)) {
        var model = entry.model();
        var before = all.putIfAbsent(model.id(), model);
        if (before != null) {
          problems.add(
              Code.NAMED_TWICE,
              model.origin() + ": " + entry.where() + ".id",
              "The id " + model.id() + " is taken.",
              "It stands for " + before.name() + " in " + before.origin() + ".",
              "Give one of the two another id, or remove it.");
        }
      }
    }
    return problems.any()
        ? new CatalogueResult.Invalid(problems.list())
        : new CatalogueResult.Sound(new Catalogue(all.values()));
  }

  /** The model with this id. */
  public Optional<AcceleratorModel> find(String id) {
    return Optional.ofNullable(models.get(id));
  }

  /** All ids, in order. */
  public Set<String> ids() {
    return Collections.unmodifiableSet(models.keySet());
  }

  /** All models, in the order of their ids. */
  public List<AcceleratorModel> all() {
    return List.copyOf(new ArrayList<>(models.values()));
  }

  /**
   * "Did you mean 'a' or 'b'? " with the ids that are nearest to one that is not there; nothing
   * where none is near.
   */
  public String nearest(String id) {
    return NearestName.hints(id, models.keySet());
  }
}
