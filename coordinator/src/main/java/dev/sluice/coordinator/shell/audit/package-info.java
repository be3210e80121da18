/** The command that derives a model version from the gradient log again. */
@NullMarked
package dev.sluice.coordinator.shell.audit;

import org.jspecify.annotations.NullMarked;
