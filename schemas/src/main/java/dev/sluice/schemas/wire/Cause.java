package dev.sluice.schemas.wire;

/**
 * Why something did not work.
 *
 * @param fault bad input, our fault, or no capacity
 * @param where where: a path in the submitted document, a row of a file, a task; empty where there
 *     is no place
 * @param what what is wrong, in one sentence
 * @param why why it is wrong, in one sentence
 * @param mend how to mend it, in one sentence
 */
public record Cause(Fault fault, String where, String what, String why, String mend) {}
