package dev.sluice.deploy.standalone;

/** Which workers that end unasked are started again. */
public enum Restart {
  NONE,
  /** Those that crashed in native code, a few times; who is killed stays dead. */
  CRASHED,
  ALL
}
