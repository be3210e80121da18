package dev.sluice.schemas.wire;

/** Element-wise functions. */
public enum Function {
  RELU,
  LEAKY_RELU,
  ELU,
  GELU,
  SILU,
  TANH,
  SIGMOID,
  SOFTPLUS
}
