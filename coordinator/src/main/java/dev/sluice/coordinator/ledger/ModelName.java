package dev.sluice.coordinator.ledger;

import dev.sluice.jobs.rules.Names;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.ModelPlace;
import dev.sluice.schemas.wire.ModelVersion;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is to be known of a model's name to give the next number and to say which versions there
 * are: some bytes a version. What a version is, with the names of its classes and columns, stands
 * in its own record and nowhere else.
 */
public final class ModelName {

  private final String name;
  private int lastVersion;
  private Map<String, Integer> aliases = Map.of();

  /** By number, the job that made it. */
  private final TreeMap<Integer, String> versions = new TreeMap<>();

  /** Jobs under way that will register a version. */
  private final Set<String> places = new HashSet<>();

  /**
   * @param name of which nothing is known yet
   */
  public ModelName(String name) {
    this.name = name;
  }

  /** Takes the record of the name over. */
  public void apply(ModelEntry entry) {
    lastVersion = Math.max(lastVersion, entry.lastVersion());
    aliases = entry.aliases();
  }

  /** Takes a version over. */
  public void apply(ModelVersion version) {
    versions.put(version.version(), version.jobId());
    lastVersion = Math.max(lastVersion, version.version());
  }

  void apply(ModelPlace place) {
    places.add(place.jobId());
  }

  /** Takes over that something is no more. */
  public void remove(StateKeys.OfModel gone) {
    switch (gone) {
      case StateKeys.OfModel.Entry(var of) -> aliases = Map.of();
      case StateKeys.OfModel.Version(var of, int version) -> versions.remove(version);
      case StateKeys.OfModel.Place(var of, var jobId) -> places.remove(jobId);
    }
  }

  String name() {
    return name;
  }

  /** The record of the name, with another last version and other aliases. */
  ModelEntry entry(int last, Map<String, Integer> now) {
    return new ModelEntry(name, last, now);
  }

  int lastVersion() {
    return lastVersion;
  }

  /** Alias to version. */
  public Map<String, Integer> aliases() {
    return aliases;
  }

  /** Numbers of the versions that there are. */
  public NavigableSet<Integer> versions() {
    return versions.navigableKeySet();
  }

  /** Jobs under way that have a place for a version. */
  Set<String> places() {
    return places;
  }

  /** Number of the version that a job has registered; null: none. */
  @Nullable Integer madeBy(String jobId) {
    var made = madeBy(jobId::equals);
    return made.isEmpty() ? null : made.getFirst();
  }

  /** Numbers of the versions that some jobs have registered. */
  public List<Integer> madeBy(Predicate<String> job) {
    return versions.entrySet().stream()
        .filter(version -> job.test(version.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  /**
   * The version that is meant.
   *
   * @param selector a number from 1, an alias, or latest, which is the highest that there is
   * @return null where there is none
   */
  public @Nullable Integer find(String selector) {
    if (versions.isEmpty()) {
      return null;
    }
    if (selector.equals(Names.LATEST)) {
      return versions.lastKey();
    }
    var number = aliases.get(selector);
    if (number == null && Names.isVersionNumber(selector)) {
      number = Integer.valueOf(selector);
    }
    return number != null && versions.containsKey(number) ? number : null;
  }

  /** Which versions and aliases there are, in words. */
  public String there() {
    if (versions.isEmpty()) {
      return "There is no model of that name.";
    }
    int first = versions.firstKey();
    int last = versions.lastKey();
    boolean whole = last - first + 1 == versions.size();
    return (whole
            ? "It has versions " + first + " to " + last
            : "It has " + versions.size() + " versions from " + first + " to " + last)
        + " and aliases "
        + aliases.keySet()
        + ".";
  }
}
