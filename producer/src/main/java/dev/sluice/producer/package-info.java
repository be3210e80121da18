/** The door: HTTP API, Java client, command line and dashboard. */
@NullMarked
package dev.sluice.producer;

import org.jspecify.annotations.NullMarked;
