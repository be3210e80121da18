/** Tasks together with what is known of their jobs, which is all that is needed to do them. */
@NullMarked
package dev.sluice.worker.work;

import org.jspecify.annotations.NullMarked;
