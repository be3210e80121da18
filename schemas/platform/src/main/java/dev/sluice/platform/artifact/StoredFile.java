package dev.sluice.platform.artifact;

import org.jspecify.annotations.Nullable;

/**
 * A file, or what there is of one.
 *
 * @param digest digest of the file
 * @param bytes of it that are stored
 * @param storedMs when a part of it was stored last
 * @param notice that it goes; null: there is none
 */
public record StoredFile(String digest, long bytes, long storedMs, @Nullable Notice notice) {}
