package dev.sluice.accelerators.catalogue;

/**
 * A catalogue file that has been read from somewhere.
 *
 * @param file what to call it in messages
 * @param text what it says
 */
public record CatalogueText(String file, String text) {}
