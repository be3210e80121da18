package dev.sluice.schemas.wire;

/**
 * How much the loss of a class counts beside the others'.
 *
 * @param name name of the class
 * @param weight a positive number; classes that have none count 1
 */
public record ClassWeight(String name, double weight) {}
