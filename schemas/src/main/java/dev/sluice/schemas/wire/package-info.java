/** Every message that crosses a boundary; the contract is {@code sluice.avdl}. */
@NullMarked
package dev.sluice.schemas.wire;

import org.jspecify.annotations.NullMarked;
