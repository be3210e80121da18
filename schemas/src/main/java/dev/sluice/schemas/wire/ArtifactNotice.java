package dev.sluice.schemas.wire;

/**
 * A file that nobody uses will be removed, unless somebody stores it again or names it meanwhile.
 *
 * @param artifact digest of the file
 * @param noticeMs time from this record to the removal, in milliseconds
 * @param asked whether somebody asked for it; otherwise the file was stored long ago
 */
public record ArtifactNotice(String artifact, long noticeMs, boolean asked) {}
