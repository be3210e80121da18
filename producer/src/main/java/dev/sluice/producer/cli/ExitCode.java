package dev.sluice.producer.cli;

/** What the exit code of a command means. */
public enum ExitCode {
  /** All went well. */
  OK(0),
  /**
   * The job failed, was cancelled or was refused; a prediction says that nothing would run; an
   * audit finds other bits.
   */
  JOB_FAILED(1),
  /** The command line, a file or the configuration is wrong. */
  BAD_INPUT(2),
  /** There is no JDK 25; given by the scripts that look for one. */
  NO_JDK(3),
  /** The server, or a broker, can't be reached or can't serve. */
  UNREACHABLE(4),
  /** It took longer than the bound. */
  TIMED_OUT(5),
  /** What an audit takes is no longer kept. */
  GONE(6);

  private final int code;

  ExitCode(int code) {
    this.code = code;
  }

  /** The number. */
  public int code() {
    return code;
  }
}
