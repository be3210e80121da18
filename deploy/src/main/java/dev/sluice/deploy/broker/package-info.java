/** A real Kafka broker inside this process: standalone runs, end-to-end tests and benchmarks. */
@NullMarked
package dev.sluice.deploy.broker;

import org.jspecify.annotations.NullMarked;
