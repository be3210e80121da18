/** Explains, before a job is submitted, what admission would say. */
@NullMarked
package dev.sluice.deploy.explain;

import org.jspecify.annotations.NullMarked;
