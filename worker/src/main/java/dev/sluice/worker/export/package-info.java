/**
 * Model files: a flat vector written as safetensors and ONNX, and proof that the file says the
 * same.
 */
@NullMarked
package dev.sluice.worker.export;

import org.jspecify.annotations.NullMarked;
