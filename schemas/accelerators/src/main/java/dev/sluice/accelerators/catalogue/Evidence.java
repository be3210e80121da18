package dev.sluice.accelerators.catalogue;

import java.util.List;

/**
 * What a group of figures rests on.
 *
 * @param sources where the figures come from; empty where there are no figures
 * @param confidence how near the sources are to the vendor, such as {@code vendor} or {@code
 *     secondary citing vendor}; may be empty
 * @param note what else to know about the figures; may be empty
 */
public record Evidence(List<Citation> sources, String confidence, String note) {

  /** For a group without figures. */
  public static final Evidence NONE = new Evidence(List.of(), "", "");

  public Evidence {
    sources = List.copyOf(sources);
  }
}
