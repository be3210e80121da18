package dev.sluice.schemas.cost;

import dev.sluice.schemas.job.NearestName;
import java.time.LocalDate;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** The models whose cost is known, by id. */
public final class ModelCosts {

  private static final String FILE = "models.yaml";

  /** Names of the benchmarks, of which some also say the accuracy, and their models. */
  private static final Map<String, String> BENCHMARKS =
      Map.of(
          "resnet", "resnet50",
          "ssd-small", "ssd-mobilenet",
          "ssd-large", "ssd-resnet34",
          "bert-99", "bert-large",
          "bert-99.9", "bert-large",
          "gptj-99", "gptj-6b",
          "gptj-99.9", "gptj-6b",
          "llama2-70b-99", "llama2-70b",
          "llama2-70b-99.9", "llama2-70b");

  private static final ModelCosts BUILT_IN = shipped();

  private final SortedMap<String, ModelCost> models = new TreeMap<>();
  private final LocalDate recorded;
  private final List<String> conventions;

  /**
   * @param models each with an id of its own
   * @param recorded day on which the figures were written down
   * @param conventions how the figures count, and rules of thumb, each with its source
   * @throws IllegalArgumentException if two have the same id
   */
  public ModelCosts(List<ModelCost> models, LocalDate recorded, List<String> conventions) {
    this.recorded = recorded;
    this.conventions = List.copyOf(conventions);
    for (var model : models) {
      if (this.models.putIfAbsent(model.id(), model) != null) {
        throw new IllegalArgumentException("Two models are called " + model.id() + ".");
      }
    }
  }

  /** The models that ship with Sluice. */
  public static ModelCosts builtIn() {
    return BUILT_IN;
  }

  /** The model with this id. */
  public Optional<ModelCost> find(String id) {
    return Optional.ofNullable(models.get(id));
  }

  /** The model with this id, or with this name in MLPerf Inference, such as {@code bert-99.9}. */
  public Optional<ModelCost> named(String name) {
    return find(BENCHMARKS.getOrDefault(name, name));
  }

  /** All ids, in order. */
  public Set<String> ids() {
    return Collections.unmodifiableSet(models.keySet());
  }

  /** All ids, and the names of benchmarks whose model is there, in order. */
  public Set<String> names() {
    var names = new TreeSet<>(models.keySet());
    BENCHMARKS.forEach(
        (name, id) -> {
          if (models.containsKey(id)) {
            names.add(name);
          }
        });
    return Collections.unmodifiableSet(names);
  }

  /** All models, in the order of their ids. */
  public List<ModelCost> all() {
    return List.copyOf(models.values());
  }

  /** The day on which the figures were written down. */
  public LocalDate recorded() {
    return recorded;
  }

  /** How the figures count, and rules of thumb, each with its source. */
  public List<String> conventions() {
    return conventions;
  }

  /** "Did you mean 'x'? " for an id that is not there; nothing where none is near. */
  public String nearest(String id) {
    return NearestName.hints(id, names());
  }

  private static ModelCosts shipped() {
    return switch (ModelCostFile.parse(FILE, ShippedText.read(FILE))) {
      case ModelCostFile.Result.Sound(var costs) -> costs;
      case ModelCostFile.Result.Invalid(var problems) ->
          throw new IllegalStateException("The shipped models have mistakes: " + problems);
    };
  }
}
