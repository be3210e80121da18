/** How it runs: standalone with an embedded broker, end-to-end tests, benchmarks, containers. */
@NullMarked
package dev.sluice.deploy;

import org.jspecify.annotations.NullMarked;
