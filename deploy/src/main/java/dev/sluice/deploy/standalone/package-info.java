/** A whole cluster on one machine: broker, coordinator and producer in this JVM, workers beside. */
@NullMarked
package dev.sluice.deploy.standalone;

import org.jspecify.annotations.NullMarked;
