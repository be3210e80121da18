package dev.sluice.schemas.codec;

import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** Where writer schemas come from. */
public interface SchemaSource {

  /** The schema with this CRC-64-AVRO fingerprint, or null where it has not been seen yet. */
  @Nullable Schema find(long fingerprint);
}
