/**
 * Accelerator models: what a device can do, as data. Each vendor has a file of figures with their
 * sources, and operators add their own; {@link dev.sluice.accelerators.catalogue.CatalogueFiles}
 * alone touches files.
 */
@NullMarked
package dev.sluice.accelerators.catalogue;

import org.jspecify.annotations.NullMarked;
