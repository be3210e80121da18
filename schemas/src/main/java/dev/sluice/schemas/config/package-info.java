/** Configuration records with documentation, bounds and defaults. */
@NullMarked
package dev.sluice.schemas.config;

import org.jspecify.annotations.NullMarked;
