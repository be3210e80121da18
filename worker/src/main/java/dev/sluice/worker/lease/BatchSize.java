package dev.sluice.worker.lease;

/** How many tasks a member of the share group takes at a time. */
enum BatchSize {
  /** Long tasks come one by one. */
  ONE(1),

  /** Short ones come together and begin one by one. */
  FEW(16),

  /** Tiny ones begin together as well: what is done for each of them alone takes longer than it. */
  MANY(256);

  final int tasks;

  BatchSize(int tasks) {
    this.tasks = tasks;
  }
}
