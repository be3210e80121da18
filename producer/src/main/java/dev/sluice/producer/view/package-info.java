/** What the log says now, in memory and bounded: jobs, manifests, models, lanes and workers. */
@NullMarked
package dev.sluice.producer.view;

import org.jspecify.annotations.NullMarked;
