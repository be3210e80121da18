/** One task at a time: preparing, exporting, quantising, answering rows; and what they share. */
@NullMarked
package dev.sluice.worker.tasks;

import org.jspecify.annotations.NullMarked;
