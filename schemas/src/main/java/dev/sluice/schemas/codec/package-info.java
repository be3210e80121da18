/** Records to bytes and back, with schema lookup by fingerprint. */
@NullMarked
package dev.sluice.schemas.codec;

import org.jspecify.annotations.NullMarked;
