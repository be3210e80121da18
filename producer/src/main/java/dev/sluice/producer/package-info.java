/** The HTTP API of Sluice, with its Java client, command line and dashboard. */
@NullMarked
package dev.sluice.producer;

import org.jspecify.annotations.NullMarked;
