/**
 * Whether brokers can serve Sluice, found out at every process's start and said with the remedy.
 */
@NullMarked
package dev.sluice.schemas.cluster;

import org.jspecify.annotations.NullMarked;
