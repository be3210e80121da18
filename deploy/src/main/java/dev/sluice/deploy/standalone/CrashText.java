package dev.sluice.deploy.standalone;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a JVM prints when native code crashes: some 25 lines, of which three things matter. Safe for
 * use by several threads.
 */
final class CrashText {
  private static final String BEGIN =
      "# A fatal error has been detected by the Java Runtime Environment:";
  private static final Pattern SIGNAL = Pattern.compile("#\\s+(SIG[A-Z0-9]+) \\(.*");
  private static final Pattern FRAME = Pattern.compile("# C {2}\\[(\\S+?)\\+0x.*");
  private static final Pattern REPORT = Pattern.compile("# (/.*\\.log)");

  private boolean begun;
  private @Nullable String signal;
  private @Nullable String library;
  private @Nullable String report;

  /** Whether a line is part of it: nobody needs to see that line. */
  synchronized boolean takes(String line) {
    begun |= line.equals(BEGIN);
    if (begun) {
      signal = signal == null ? first(SIGNAL, line) : signal;
      library = library == null ? first(FRAME, line) : library;
      report = report == null ? first(REPORT, line) : report;
    }
    return begun || line.equals("#");
  }

  /**
   * What happened, in words that follow the name of the process; empty where it has not crashed.
   */
  synchronized Optional<String> sentence() {
    if (!begun) {
      return Optional.empty();
    }
    return Optional.of(
        "crashed in native code (%s%s)%s"
            .formatted(
                signal == null ? "the JVM's own error" : signal,
                library == null ? "" : " in " + library,
                report == null ? "" : "; the details are in " + report));
  }

  private static @Nullable String first(Pattern pattern, String line) {
    var matcher = pattern.matcher(line);
    return matcher.matches() ? matcher.group(1) : null;
  }
}
