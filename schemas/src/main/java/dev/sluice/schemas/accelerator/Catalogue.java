package dev.sluice.schemas.accelerator;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The accelerator models that are known, by id. */
public final class Catalogue {

  /** The processor that a worker runs on: it does everything, in 32-bit floating point. */
  public static final AcceleratorModel HOST_CPU =
      new AcceleratorModel(
          "host-cpu", "The processor that the worker runs on", true, true, Set.of("fp32"));

  private static final Catalogue BUILT_IN = new Catalogue(List.of(HOST_CPU));

  private final Map<String, AcceleratorModel> models = new TreeMap<>();

  /**
   * @param models each with an id of its own
   */
  public Catalogue(List<AcceleratorModel> models) {
    models.forEach(model -> this.models.put(model.id(), model));
  }

  /** The models that ship with Sluice. */
  public static Catalogue builtIn() {
    return BUILT_IN;
  }

  /** The model with this id. */
  public Optional<AcceleratorModel> find(String id) {
    return Optional.ofNullable(models.get(id));
  }

  /** All ids, in order. */
  public Set<String> ids() {
    return Set.copyOf(models.keySet());
  }
}
