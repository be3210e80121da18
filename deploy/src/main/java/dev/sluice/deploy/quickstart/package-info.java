/** The quickstart: a cluster, a model trained and used on it, and what came out. */
@NullMarked
package dev.sluice.deploy.quickstart;

import org.jspecify.annotations.NullMarked;
