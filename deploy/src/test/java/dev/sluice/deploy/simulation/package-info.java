/**
 * Deterministic simulation: the production ledger, fold and term logic over a simulated log. One
 * seed drives every choice: who moves, what arrives when, who dies, hangs, comes back as a zombie.
 * The shells' duties (transactions, fencing, checkpoints, trimming) are done here by the rules of
 * the rooms' READMEs, one named {@link Mutation} at a time breaks one of them, and must be caught.
 */
@NullMarked
package dev.sluice.deploy.simulation;

import org.jspecify.annotations.NullMarked;
