package dev.sluice.coordinator.runtime;

/**
 * What was asked of the brokers was not done, or another process owns the partition by now. What
 * memory holds is void: the partition has to be taken over anew.
 */
public final class Unavailable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param why for people
   */
  public Unavailable(String why) {
    super(why);
  }

  /**
   * @param cause what the client of the brokers says
   */
  public Unavailable(RuntimeException cause) {
    super(String.valueOf(cause.getMessage()), cause);
  }
}
