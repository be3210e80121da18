package dev.sluice.producer.cli;

import dev.sluice.producer.api.CauseView;
import dev.sluice.producer.api.ProblemType;
import dev.sluice.producer.spec.ApiWords;
import java.util.List;

/**
 * What a command itself has to report, where no server has. Under {@code --json} it is a document
 * of the shape that the server's problems have (RFC 9457), without a status, since none was given.
 */
enum CommandTrouble {
  /** The command line or a file is wrong. */
  BAD_INPUT("The command line or a file is wrong"),
  /** No server answers. */
  UNREACHABLE("The server can't be reached"),
  /** It took longer than the bound. */
  TIMED_OUT("It took longer than the bound"),
  /** A process can't start. */
  NOT_STARTED("It can't start");

  private final String title;

  CommandTrouble(String title) {
    this.title = title;
  }

  /**
   * The document.
   *
   * @param code what programs tell troubles apart by
   * @param type URI of the type
   * @param title the same for every document of the type
   * @param detail what happened here, in plain words
   * @param problems everything that is wrong, with the place and the remedy
   */
  record Document(String code, String type, String title, String detail, List<CauseView> problems) {
    Document {
      problems = List.copyOf(problems);
    }
  }

  /** The code, beside those of {@link ProblemType}. */
  String code() {
    return ApiWords.of(this);
  }

  /** The document that says so. */
  Document document(String detail, List<CauseView> problems) {
    return new Document(code(), ProblemType.URI + code(), title, detail, problems);
  }
}
