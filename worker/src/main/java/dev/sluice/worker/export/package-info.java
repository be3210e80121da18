/**
 * Model files: a flat vector written as safetensors and ONNX, in floats and in 8-bit integers, and
 * the check that the file gives the same answers.
 */
@NullMarked
package dev.sluice.worker.export;

import org.jspecify.annotations.NullMarked;
