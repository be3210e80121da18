package dev.sluice.platform.process;

import java.util.Locale;

/** Why a process ends at once. */
public enum Trouble {
  /** The command line or a setting is wrong. */
  BAD_INPUT("The command line or a setting is wrong"),
  /** It can't start, although nothing is wrong with the command line. */
  NOT_STARTED("It can't start"),
  /** It ran and could not go on. */
  FAILED("It could not go on");

  private final String title;

  Trouble(String title) {
    this.title = title;
  }

  /** The same sentence for every problem of this type. */
  String title() {
    return title;
  }

  /** What programs tell troubles apart by. */
  String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** URI that identifies the type, as RFC 9457 asks for. */
  String uri() {
    return "urn:sluice:problem:" + code();
  }
}
