/**
 * The process that runs tasks: its configuration, its command, and how its parts are put together.
 */
@NullMarked
package dev.sluice.worker;

import org.jspecify.annotations.NullMarked;
