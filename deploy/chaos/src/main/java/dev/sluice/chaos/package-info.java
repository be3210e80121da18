/**
 * A real cluster of processes to which everything happens: brokers, coordinators, producers and
 * workers are killed, stopped and started again by a seeded plan while jobs run, and what came out
 * is compared with what comes out when nothing happens.
 */
@NullMarked
package dev.sluice.chaos;

import org.jspecify.annotations.NullMarked;
