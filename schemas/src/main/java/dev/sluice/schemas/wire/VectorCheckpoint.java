package dev.sluice.schemas.wire;

import java.nio.ByteBuffer;

/**
 * One vector of a block.
 *
 * @param jobId job id
 * @param block block
 * @param vector current, previous, moment1, moment2 or pending-N
 * @param crc CRC-32C of the payload
 * @param payload the elements
 */
public record VectorCheckpoint(String jobId, int block, String vector, int crc, ByteBuffer payload)
    implements CheckpointEntry {}
