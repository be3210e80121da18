package dev.sluice.coordinator.shell;

import dev.sluice.platform.kafka.DeadLetters;
import dev.sluice.schemas.wire.DeadLetter;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What is written to make a compacted topic whole that another program has overwritten.
 *
 * @param key of the record
 * @param state its bytes as they were; null: nothing is left, so the key is removed
 * @param letter about the record that was there instead; null where there are too many
 */
record Mended(String key, @Nullable ByteBuffer state, @Nullable DeadLetter letter) {

  private static final String MEND =
      "Only coordinators write here: keep other programs from writing to this topic. ";

  /**
   * What stands under a key from now on.
   *
   * @param before what the ledger had written there; null: nothing of it is left
   */
  static Mended of(String key, @Nullable ByteBuffer before, ForeignRecords.Foreign found) {
    return new Mended(key, before, letter(before != null, found));
  }

  private static @Nullable DeadLetter letter(boolean anew, ForeignRecords.Foreign found) {
    var record = found.record();
    if (record == null) {
      return null;
    }
    var mend =
        MEND
            + (anew
                ? "What the ledger had written there was written anew."
                : "Nothing that the ledger may have written there is left.");
    var unread = found.unread();
    return DeadLetters.of(record, "", unread.reason(), unread.cause(found.place(), mend));
  }
}
