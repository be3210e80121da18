/**
 * What brokers have: whether they can serve Sluice, found out at every process's start and said
 * with the remedy, and the topics, which are made here and watched.
 */
@NullMarked
package dev.sluice.platform.cluster;

import org.jspecify.annotations.NullMarked;
