/** What jobs need of an accelerator, and what an accelerator lacks for them. Pure. */
@NullMarked
package dev.sluice.accelerators.capability;

import org.jspecify.annotations.NullMarked;
