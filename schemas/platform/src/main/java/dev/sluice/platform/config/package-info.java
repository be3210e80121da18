/** Configuration records with documentation, bounds and defaults. */
@NullMarked
package dev.sluice.platform.config;

import org.jspecify.annotations.NullMarked;
