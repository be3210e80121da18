/** What could not be processed: listed, and written back to where it came from. */
@NullMarked
package dev.sluice.producer.letters;

import org.jspecify.annotations.NullMarked;
