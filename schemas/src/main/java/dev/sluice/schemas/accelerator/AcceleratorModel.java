package dev.sluice.schemas.accelerator;

import java.util.Set;

/**
 * What a kind of device can do.
 *
 * @param id name in the catalogue
 * @param description what it is, for people
 * @param trains whether software exists that trains on it
 * @param infers whether software exists that infers on it
 * @param formats number formats that its software accepts, such as fp32
 */
public record AcceleratorModel(
    String id, String description, boolean trains, boolean infers, Set<String> formats) {

  public AcceleratorModel {
    formats = Set.copyOf(formats);
  }
}
