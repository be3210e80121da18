/** How our processes begin and end: what they print for people and programs, and when they stop. */
@NullMarked
package dev.sluice.platform.process;

import org.jspecify.annotations.NullMarked;
