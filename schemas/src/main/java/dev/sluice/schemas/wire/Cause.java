package dev.sluice.schemas.wire;

/**
 * Why something did not work.
 *
 * @param code what kind of problem it is, for programs
 * @param where where: a path in the submitted document, a row of a file, a task; empty where there
 *     is no place
 * @param what what is wrong, in one sentence
 * @param why why it is wrong, in one sentence
 * @param mend how to mend it, in one sentence
 */
public record Cause(Code code, String where, String what, String why, String mend)
    implements JobFact {

  /** Bad input, our fault, or no capacity. */
  public Fault fault() {
    return code.fault();
  }
}
