/** The HTTP API: routes, problems, metrics and the dashboard. */
@NullMarked
package dev.sluice.producer.http;

import org.jspecify.annotations.NullMarked;
