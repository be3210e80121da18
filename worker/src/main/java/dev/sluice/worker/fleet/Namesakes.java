package dev.sluice.worker.fleet;

/**
 * Which of two processes with one worker id goes on. Both read the same heartbeats in the same
 * order, with the brokers' times, and come to one answer: the one that was there first, unless it
 * stood still for so long that the other could not know of it.
 */
final class Namesakes {

  /** What a heartbeat means for this process. */
  enum Verdict {
    /** Nothing. */
    NONE,
    /** Another process has this id, and ends. */
    OTHER_ENDS,
    /** Another process has this id, and this one is to end. */
    THIS_ENDS
  }

  private final String life;
  private final long silenceMs;
  private long saidMs = -1;
  private boolean ends;

  /**
   * @param life this process
   * @param silenceMs time without a heartbeat of this process after which another may have begun; a
   *     process listens for longer before it says its first
   */
  Namesakes(String life, long silenceMs) {
    this.life = life;
    this.silenceMs = silenceMs;
  }

  /**
   * A heartbeat of this id has been stored.
   *
   * @param whose life of the process that it comes from
   * @param leaving whether that one is about to leave
   * @param atMs when it was stored, on the brokers' clock
   */
  Verdict hear(String whose, boolean leaving, long atMs) {
    if (whose.equals(life)) {
      saidMs = atMs;
      return Verdict.NONE;
    }
    boolean began = saidMs >= 0;
    if (leaving) {
      return began ? Verdict.OTHER_ENDS : Verdict.NONE;
    }
    ends |= !began || atMs - saidMs > silenceMs;
    return ends ? Verdict.THIS_ENDS : Verdict.OTHER_ENDS;
  }
}
