package dev.sluice.platform.artifact;

import java.util.Locale;

/** The store takes no further file. */
public final class StoreFull extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StoreFull(long fileBytes, long storedBytes, long bytesMax) {
    super(
        String.format(
            Locale.ROOT,
            "A file of %,d bytes does not fit: %,d of %,d bytes are taken.",
            fileBytes,
            storedBytes,
            bytesMax));
  }
}
