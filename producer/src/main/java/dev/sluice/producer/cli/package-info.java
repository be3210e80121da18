/** The command line. */
@NullMarked
package dev.sluice.producer.cli;

import org.jspecify.annotations.NullMarked;
