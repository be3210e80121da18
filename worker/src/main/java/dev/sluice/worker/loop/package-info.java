/** The thread that computes: sessions of training jobs, and single tasks between their steps. */
@NullMarked
package dev.sluice.worker.loop;

import org.jspecify.annotations.NullMarked;
