package dev.sluice.accelerators.catalogue;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The vendor's software.
 *
 * @param sdk its name; empty where there is none
 * @param accepts kinds of model files and frameworks that it runs
 * @param links ways to call it, such as {@code python} to {@code rebel.Runtime}; a way that was not
 *     found is left out
 * @param note what else to know; may be empty
 * @param sources where this comes from
 */
public record Software(
    String sdk,
    List<String> accepts,
    Map<String, String> links,
    String note,
    List<Citation> sources) {

  /** None is known. */
  public static final Software NONE = new Software("", List.of(), Map.of(), "", List.of());

  public Software {
    accepts = List.copyOf(accepts);
    links = Collections.unmodifiableMap(new LinkedHashMap<>(links));
    sources = List.copyOf(sources);
  }
}
