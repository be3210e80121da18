/**
 * How fast an accelerator runs a model, and what bounds it: formulas and factors, and what
 * well-known networks cost, as data.
 */
@NullMarked
package dev.sluice.accelerators.cost;

import org.jspecify.annotations.NullMarked;
