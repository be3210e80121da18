package dev.sluice.jobs.network;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with a network, so that its author sees everything at once. */
final class NetworkProblems {
  private final List<Cause> causes = new ArrayList<>();

  void add(Code code, String where, String what, String why, String mend) {
    causes.add(new Cause(code, where, what, why, mend));
  }

  /** Reports a number outside its bounds; returns whether it was inside. */
  boolean within(String where, String name, long value, long least, long most) {
    if (value >= least && value <= most) {
      return true;
    }
    add(
        Code.OUT_OF_RANGE,
        where,
        name + " is " + value,
        name + " must lie between " + least + " and " + most,
        "set " + name + ": " + (value < least ? least : most) + " or another value in that range");
    return false;
  }

  boolean isEmpty() {
    return causes.isEmpty();
  }

  List<Cause> causes() {
    return List.copyOf(causes);
  }
}
