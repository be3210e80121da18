package dev.sluice.schemas.wire;

import java.nio.ByteBuffer;

/**
 * One vector of a {@link FoldedBlock}.
 *
 * @param jobId job id
 * @param block block
 * @param nextOffset offset of the state that it belongs to
 * @param vector current, previous, best, moment1, moment2 or pending-N
 * @param crc CRC-32C of the payload
 * @param payload the elements
 */
public record FoldedVector(
    String jobId, int block, long nextOffset, String vector, int crc, ByteBuffer payload) {}
