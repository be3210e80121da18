package dev.sluice.deploy.settings;

import dev.sluice.coordinator.shell.CoordinatorConfig;
import dev.sluice.platform.config.Settings;
import dev.sluice.producer.ProducerConfig;
import dev.sluice.worker.WorkerConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tables of settings, made from the configuration records. A document has them between {@code
 * <!-- settings:coordinator -->} and {@code <!-- /settings -->}.
 */
public final class SettingsTables {
  private static final Pattern PLACE =
      Pattern.compile("(<!-- settings:([a-z]+) -->\n).*?(<!-- /settings -->)", Pattern.DOTALL);

  private SettingsTables() {}

  /** The configuration of every process, by its name. */
  static Map<String, Class<? extends Record>> configurations() {
    var all = new LinkedHashMap<String, Class<? extends Record>>();
    all.put("producer", ProducerConfig.class);
    all.put("coordinator", CoordinatorConfig.class);
    all.put("worker", WorkerConfig.class);
    return all;
  }

  /** A Markdown table for every process, by its name. */
  public static Map<String, String> all() {
    var tables = new LinkedHashMap<String, String>();
    configurations().forEach((process, type) -> tables.put(process, Settings.table(type)));
    return tables;
  }

  /**
   * A document with the present tables in their places.
   *
   * @param document Markdown
   * @throws IllegalArgumentException where it has a place for a process that is none, or no place
   *     for one that is
   */
  public static String update(String document) {
    var tables = all();
    var updated = new StringBuilder();
    var missing = new LinkedHashMap<>(tables);
    Matcher place = PLACE.matcher(document);
    while (place.find()) {
      var table = tables.get(place.group(2));
      if (table == null) {
        throw new IllegalArgumentException(
            "There is no process " + place.group(2) + ", only " + tables.keySet() + ".");
      }
      missing.remove(place.group(2));
      place.appendReplacement(
          updated, Matcher.quoteReplacement(place.group(1) + table + place.group(3)));
    }
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          "There is no place for the settings of %s: add <!-- settings:NAME --> and <!-- /settings -->."
              .formatted(missing.keySet()));
    }
    return place.appendTail(updated).toString();
  }
}
