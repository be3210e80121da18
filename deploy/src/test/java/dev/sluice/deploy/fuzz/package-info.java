/** Bad bytes for everything that reads bytes: seeded, so that every case can be run again. */
@NullMarked
package dev.sluice.deploy.fuzz;

import org.jspecify.annotations.NullMarked;
