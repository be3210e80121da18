/** The shapes that cross HTTP, the same for server and client. */
@NullMarked
package dev.sluice.producer.api;

import org.jspecify.annotations.NullMarked;
