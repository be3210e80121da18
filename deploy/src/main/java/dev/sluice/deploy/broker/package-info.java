/** A real Kafka broker inside this process, for standalone runs and end-to-end tests. */
@NullMarked
package dev.sluice.deploy.broker;

import org.jspecify.annotations.NullMarked;
