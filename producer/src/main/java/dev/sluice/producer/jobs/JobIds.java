package dev.sluice.producer.jobs;

import dev.sluice.schemas.codec.Digests;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;

/** Job ids: 24 hexadecimal digits where this process makes them. */
public final class JobIds {

  /** Longest idempotency key, in characters. */
  public static final int KEY_CHARS_MAX = 255;

  private static final int ID_BYTES = 12;
  private static final SecureRandom RANDOM = new SecureRandom();

  private JobIds() {}

  /**
   * The id of every job that a tenant submits with this idempotency key.
   *
   * @throws IllegalArgumentException where the key is empty or longer than {@link #KEY_CHARS_MAX}
   */
  public static String derived(String tenant, String idempotencyKey) {
    if (idempotencyKey.isBlank() || idempotencyKey.length() > KEY_CHARS_MAX) {
      throw new IllegalArgumentException(
          "an idempotency key has 1 to " + KEY_CHARS_MAX + " characters");
    }
    var digest =
        Digests.sha256(
            tenant.getBytes(StandardCharsets.UTF_8),
            new byte[] {0}, // so that tenant "a" with key "bc" is not tenant "ab" with key "c"
            idempotencyKey.getBytes(StandardCharsets.UTF_8));
    int from = digest.indexOf(':') + 1;
    return digest.substring(from, from + 2 * ID_BYTES);
  }

  /** An id that no other job has. */
  public static String random() {
    var bytes = new byte[ID_BYTES];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
