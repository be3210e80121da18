package dev.sluice.producer.letters;

import dev.sluice.producer.view.ReadingProgress;
import dev.sluice.schemas.wire.DeadLetterReason;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The dead letters. */
public interface LetterStore extends AutoCloseable {

  /** Most letters written back by one call. */
  int REDRIVEN_MAX = 1_000;

  /** How far they are read, until they were read once; until then none are known. */
  Optional<ReadingProgress> reading();

  /** Those that are known, oldest first. */
  List<Letter> letters();

  /** How many there are whose records were not written back, by reason. */
  Map<DeadLetterReason, Long> counts();

  /**
   * Writes records back to where they came from, each at most once, whoever else does the same.
   *
   * @param ids of letters, at most {@link #REDRIVEN_MAX}
   * @throws LettersUnavailable where the brokers do not take them; then none were written back
   */
  Redriven redrive(List<String> ids) throws LettersUnavailable;

  @Override
  void close();

  /**
   * What came of it.
   *
   * @param redriven ids of the letters whose records were written back
   * @param leftOut the others, each with the reason
   */
  record Redriven(List<String> redriven, List<LeftOut> leftOut) {
    public Redriven {
      redriven = List.copyOf(redriven);
      leftOut = List.copyOf(leftOut);
    }
  }

  /**
   * A letter that stays.
   *
   * @param id which
   * @param why in one sentence
   */
  record LeftOut(String id, String why) {}

  /** The brokers do not do what they are asked. */
  final class LettersUnavailable extends Exception {
    private static final long serialVersionUID = 1L;

    public LettersUnavailable(String why) {
      super(why);
    }
  }
}
