/**
 * The command {@code sluice bench}: figures of a cluster on this machine, each beside a limit or a
 * peer that was measured in the same run. The sections are in {@code section}, what bounds them in
 * {@code bare} and {@code peer}.
 */
@NullMarked
package dev.sluice.benchmark;

import org.jspecify.annotations.NullMarked;
