package dev.sluice.accelerators.cost;

import dev.sluice.schemas.problem.NearestName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The models whose cost is known, by id. */
public final class ModelCosts {

  private static final String FILE = "models.yaml";
  private static final ModelCosts BUILT_IN = shipped();

  private final SortedMap<String, ModelCost> models = new TreeMap<>();
  private final SortedMap<String, ModelCost> named = new TreeMap<>();
  private final LocalDate recorded;
  private final List<String> conventions;

  /**
   * @param models each with an id of its own
   * @param recorded day on which the figures were written down
   * @param conventions how the figures count, and rules of thumb, each with its source
   * @throws IllegalArgumentException if two have the same id or alias
   */
  public ModelCosts(List<ModelCost> models, LocalDate recorded, List<String> conventions) {
    this.recorded = recorded;
    this.conventions = List.copyOf(conventions);
    for (var model : models) {
      this.models.put(model.id(), model);
      name(model.id(), model);
      model.aliases().forEach(alias -> name(alias, model));
      model.highAccuracyAliases().forEach(alias -> name(alias, model.inHighAccuracy()));
    }
  }

  private void name(String name, ModelCost model) {
    if (named.putIfAbsent(name, model) != null) {
      throw new IllegalArgumentException("Two models are called " + name + ".");
    }
  }

  /** The models that ship with Sluice. */
  public static ModelCosts builtIn() {
    return BUILT_IN;
  }

  /** The model with this id or alias; the alias may ask for {@link Accuracy#HIGH}. */
  public Optional<ModelCost> find(String name) {
    return Optional.ofNullable(named.get(name));
  }

  /** All ids, in order. */
  public Set<String> ids() {
    return Collections.unmodifiableSet(models.keySet());
  }

  /** All ids and aliases, in order. */
  public Set<String> names() {
    return Collections.unmodifiableSet(named.keySet());
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

  /** "Did you mean 'x'? " for a name that is not there; nothing where none is near. */
  public String nearest(String name) {
    return NearestName.hints(name, named.keySet());
  }

  private static ModelCosts shipped() {
    try (var resource = ModelCosts.class.getResourceAsStream(FILE)) {
      if (resource == null) {
        throw new IllegalStateException("The file " + FILE + " is not in the jar.");
      }
      var text = new String(resource.readAllBytes(), StandardCharsets.UTF_8);
      return switch (ModelCostFile.parse(FILE, text)) {
        case ModelCostFile.Result.Sound(var costs) -> costs;
        case ModelCostFile.Result.Invalid(var problems) ->
            throw new IllegalStateException("The shipped models have mistakes: " + problems);
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
