package dev.sluice.schemas.wire;

/** How a feature column becomes inputs of a network. */
public sealed interface FeatureColumn permits NumberColumn, BooleanColumn, CategoryColumn {

  /** Inputs that a cell becomes. */
  int inputs();

  /** Whether something stands for a cell without a value. */
  boolean fills();
}
