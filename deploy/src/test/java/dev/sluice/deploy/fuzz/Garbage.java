package dev.sluice.deploy.fuzz;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import java.util.List;

/** Bytes that are almost a message, for tests against real topics. */
public final class Garbage {
  private static final Codec CODEC = Codec.builtIn();
  private static final Records RECORDS = new Records(List.of("garbage"));
  private static final Mutator MUTATOR = new Mutator(List.of());

  private Garbage() {}

  /**
   * Bytes that can't be read as a message; the same for equal arguments. Never a message of an
   * unknown schema, which would rightly be waited for.
   *
   * @param type what readers expect
   * @param number of the bytes
   */
  public static byte[] of(Class<? extends Record> type, int number) {
    for (int attempt = 0; ; attempt++) {
      var dice = new Dice(attempt, type.getName(), number);
      var bytes = MUTATOR.change(RECORDS.bytes(type, dice), dice);
      if (CODEC.decode(type, bytes) instanceof Decoded.Malformed<? extends Record>) {
        return bytes;
      }
    }
  }
}
