/** Files that jobs use and make, by digest. */
@NullMarked
package dev.sluice.producer.artifact;

import org.jspecify.annotations.NullMarked;
