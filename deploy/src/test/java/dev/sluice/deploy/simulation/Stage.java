package dev.sluice.deploy.simulation;

import java.util.ArrayList;
import java.util.List;

/** On what a {@link Script} is played. What each action shows is said there. */
interface Stage extends AutoCloseable {

  /** Does something and says what was seen. */
  String play(Script.Action action) throws Exception;

  /** Plays a script up to its end and says what was seen, step by step. */
  static List<String> play(Script script, Stage stage) throws Exception {
    var seen = new ArrayList<String>();
    for (var step : script.steps()) {
      seen.add(step.action() + ": " + stage.play(step.action()));
    }
    return seen;
  }

  /** What should be seen. */
  static List<String> expected(Script script) {
    return script.steps().stream().map(step -> step.action() + ": " + step.expected()).toList();
  }

  @Override
  void close();
}
