/**
 * Model files that someone else wrote are opened in a child process before they are opened here.
 */
@NullMarked
package dev.sluice.worker.trial;

import org.jspecify.annotations.NullMarked;
