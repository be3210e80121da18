/** What computes: gradients with libtorch, predictions with ONNX Runtime. */
@NullMarked
package dev.sluice.worker.engine;

import org.jspecify.annotations.NullMarked;
