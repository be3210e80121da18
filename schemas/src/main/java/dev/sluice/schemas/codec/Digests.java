package dev.sluice.schemas.codec;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** SHA-256 digests as text: {@code sha256:} and 64 hexadecimal digits. */
public final class Digests {

  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

  private Digests() {}

  /** A fresh SHA-256. */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  /** Digest of the pieces one after the other. */
  public static String sha256(byte[]... pieces) {
    var digest = sha256();
    for (var piece : pieces) {
      digest.update(piece);
    }
    return text(digest);
  }

  /** Ends a digest and writes it as text. */
  public static String text(MessageDigest digest) {
    return "sha256:" + HexFormat.of().formatHex(digest.digest());
  }

  /** Whether a text is such a digest. */
  public static boolean wellFormed(String text) {
    return DIGEST.matcher(text).matches();
  }
}
