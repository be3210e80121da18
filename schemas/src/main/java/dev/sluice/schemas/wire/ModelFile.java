package dev.sluice.schemas.wire;

/**
 * A file of a model version.
 *
 * @param format safetensors, onnx or torchscript
 * @param artifact digest of the file's bytes as stored in sluice.artifacts
 * @param bytes size in bytes
 */
public record ModelFile(String format, String artifact, long bytes) {}
