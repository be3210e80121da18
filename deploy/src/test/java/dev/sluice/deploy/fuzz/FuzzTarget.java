package dev.sluice.deploy.fuzz;

import dev.sluice.schemas.wire.Cause;
import java.util.List;
import java.util.regex.Pattern;

/** Something that reads bytes from outside. */
interface FuzzTarget {

  /** An exception without a message was put into words. */
  Pattern LAST_WORD_IS_NULL = Pattern.compile("\\bnull$");

  /** Name, part of a case's seed. */
  String name();

  /** Cases of a hundred that are its own. */
  int share();

  /**
   * One case: makes bytes and reads them. A value or the reader's declared error is right; that
   * error must say something. Whatever is thrown is a defect.
   */
  void attempt(Dice dice) throws Exception;

  /** Fails unless an error says what, why or how to mend it. */
  static void sound(Cause cause) {
    if (cause.what().isBlank() || (cause.why().isBlank() && cause.mend().isBlank())) {
      throw new AssertionError("an error says nothing: " + cause);
    }
  }

  /** Fails unless there are errors and each says something. */
  static void sound(List<Cause> causes) {
    if (causes.isEmpty()) {
      throw new AssertionError("it is refused for no reason");
    }
    causes.forEach(FuzzTarget::sound);
  }

  /** Fails unless a reason is given. */
  static void sound(String why) {
    if (why.isBlank() || LAST_WORD_IS_NULL.matcher(why).find()) {
      throw new AssertionError("an error says nothing: '" + why + "'");
    }
  }
}
