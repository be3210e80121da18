/** The whole of Sluice against a real broker, with workers in processes of their own. */
@NullMarked
package dev.sluice.deploy.e2e;

import org.jspecify.annotations.NullMarked;
