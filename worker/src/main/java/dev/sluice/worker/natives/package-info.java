/** The engines' native libraries, unpacked once on each machine. */
@NullMarked
package dev.sluice.worker.natives;

import org.jspecify.annotations.NullMarked;
