package dev.sluice.schemas.wire;

import java.nio.ByteBuffer;

/**
 * One block of one generation of parameters.
 *
 * @param jobId job id
 * @param block block
 * @param generation generation: the step whose gradients are computed from it
 * @param crc CRC-32C of the payload
 * @param payload the elements
 */
public record ParameterBlock(
    String jobId, int block, long generation, int crc, ByteBuffer payload) {}
