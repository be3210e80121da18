/** The Java client of the HTTP API. */
@NullMarked
package dev.sluice.producer.client;

import org.jspecify.annotations.NullMarked;
