/**
 * Accelerator models: what a device can do, as data. Each vendor has a file of figures with their
 * sources, and operators add their own; {@link dev.sluice.schemas.accelerator.CatalogueFiles} alone
 * touches files.
 */
@NullMarked
package dev.sluice.schemas.accelerator;

import org.jspecify.annotations.NullMarked;
