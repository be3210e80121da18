/** The hands: task loop, accelerators and engines. */
@NullMarked
package dev.sluice.worker;

import org.jspecify.annotations.NullMarked;
