package dev.sluice.schemas.wire;

import java.nio.ByteBuffer;

/**
 * A piece of a file.
 *
 * @param artifact digest of the whole file
 * @param chunk number of this piece, from 0
 * @param chunks number of pieces
 * @param fileBytes size of the whole file, in bytes
 * @param payload the bytes
 */
public record ArtifactChunk(
    String artifact, int chunk, int chunks, long fileBytes, ByteBuffer payload) {}
