/** How it runs: the one command line, to which all rooms bring their commands. */
@NullMarked
package dev.sluice.deploy;

import org.jspecify.annotations.NullMarked;
