package dev.sluice.jobs.dataset;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.sluice.jobs.rules.JobLimits;
import dev.sluice.schemas.problem.Utf8;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rows that a job has itself, as JSON: an array of arrays, all of one length, or an array of
 * objects by column name. A value is a number, a string, true, false or null. What is no such text
 * is told with its place, and never thrown.
 */
public final class RowsText {
  private static final int NUMBER_CHARS_MAX = 1_000;
  private static final int NAME_CHARS_MAX = 1 << 12;

  /** The text, a row, and a value that is none, which ends the reading. */
  private static final int DEPTH_MAX = 3;

  private static final int WHY_CHARS_MAX = 300;
  private static final String TRY = "Write for example [[5.1, 3.5, 1.4], [4.9, null, 1.4]].";

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  .maxNumberLength(NUMBER_CHARS_MAX)
                  .maxNameLength(NAME_CHARS_MAX)
                  .maxStringLength(DatasetLimits.FIELD_CHARS_MAX)
                  .build())
          // Names are whatever others write: of them no more is kept than a table of 6,000. Without
          // it the parser reads bytes by way of characters, and beyond 8 KiB also what stands
          // behind
          // the part of an array that it was given (Jackson 2.22).
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  private RowsText() {}

  /** What a text was found to be. */
  public sealed interface Checked {
    /**
     * Rows, whatever their columns are called and whatever a model makes of their values.
     *
     * @param rows how many
     */
    record Rows(int rows) implements Checked {}

    /** None. */
    record Wrong(Cause cause) implements Checked {}
  }

  /**
   * Whether a text is rows, before anybody knows which model is to answer them.
   *
   * @param text JSON in UTF-8; its position does not change
   */
  public static Checked check(ByteBuffer text) {
    try {
      return new Checked.Rows(walk(bytes(text), new Shape()));
    } catch (Unusable wrong) {
      return new Checked.Wrong(wrong.problem);
    }
  }

  /** It is no text of rows, or none that is wanted. */
  static final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient Cause problem;

    Unusable(Code code, String where, String what, String why, String mend) {
      super(what, null, false, false);
      this.problem = new Cause(code, where, what, why, mend);
    }

    Cause problem() {
      return problem;
    }
  }

  /** Takes values in the order of the text. */
  interface Sink {
    /** A row begins. */
    void begin(int row) throws Unusable;

    /**
     * A value of an array.
     *
     * @param at its position in the row
     */
    void value(int row, int at, Scalar text) throws Unusable, IOException;

    /** A value of an object. */
    void value(int row, String name, Scalar text) throws Unusable, IOException;

    /** An array ends. */
    void end(int row, int values) throws Unusable;

    /** An object ends. */
    void end(int row) throws Unusable;
  }

  /** A value, whose text is only made where it is wanted. */
  static final class Scalar {
    private final JsonParser parser;

    private Scalar(JsonParser parser) {
      this.parser = parser;
    }

    /** As it is written, the quotes of a string apart; empty: it is missing. */
    String text() throws IOException {
      return parser.currentToken() == JsonToken.VALUE_NULL ? "" : parser.getText();
    }
  }

  /** The bytes of a text; they are not changed. */
  static Bytes bytes(ByteBuffer text) throws Unusable {
    int length = text.remaining();
    if (length > JobLimits.ROWS_BYTES_MAX) {
      throw new Unusable(
          Code.TOO_LARGE,
          "rows",
          "The rows have " + length + " bytes.",
          "A job itself takes rows of at most " + JobLimits.ROWS_BYTES_MAX + " bytes.",
          "Upload them as a CSV file, and name that as dataset.artifact.");
    }
    if (text.hasArray()) {
      return new Bytes(text.array(), text.arrayOffset() + text.position(), length);
    }
    byte[] copy = new byte[length];
    text.get(text.position(), copy);
    return new Bytes(copy, 0, length);
  }

  /** Some bytes of an array. */
  @SuppressWarnings("ArrayRecordComponent") // read and not kept
  record Bytes(byte[] array, int from, int length) {}

  /** Hands all values to a sink; returns how many rows there are. */
  static int walk(Bytes text, Sink sink) throws Unusable {
    var start = Arrays.copyOfRange(text.array, text.from, text.from + Math.min(4, text.length));
    var other = Utf8.otherEncoding(start);
    if (other.isPresent()) {
      throw malformed("They are " + other.get() + " text.");
    }
    try (var parser = JSON.createParser(text.array, text.from, text.length)) {
      int rows = walk(parser, sink);
      if (parser.nextToken() != null) {
        throw malformed("Something follows the array" + place(parser) + ".");
      }
      return rows;
    } catch (JsonProcessingException e) {
      var location = e.getLocation();
      throw malformed(
          cut(e.getOriginalMessage())
              + (location == null
                  ? ""
                  : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")"));
    } catch (IOException e) {
      throw malformed(cut(String.valueOf(e.getMessage())));
    }
  }

  private static int walk(JsonParser parser, Sink sink) throws IOException, Unusable {
    if (parser.nextToken() != JsonToken.START_ARRAY) {
      throw malformed("They are no array.");
    }
    var scalar = new Scalar(parser);
    int row = 0;
    for (var token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
      switch (token) {
        case START_ARRAY -> array(parser, scalar, sink, row);
        case START_OBJECT -> object(parser, scalar, sink, row);
        case null -> throw malformed("They end before the array does.");
        default ->
            throw new Unusable(
                Code.WRONG_TYPE,
                "rows[" + row + "]",
                "A row is " + called(token) + ".",
                "Each row is an array of values, or an object by column name.",
                "Put its values into an array, also where it is the only row: [[5.1, 3.5, 1.4]].");
      }
      row++;
    }
    if (row == 0) {
      throw new Unusable(
          Code.NO_ROWS, "rows", "There are no rows to answer.", "The array is empty.", TRY);
    }
    return row;
  }

  private static void array(JsonParser parser, Scalar scalar, Sink sink, int row)
      throws IOException, Unusable {
    sink.begin(row);
    int at = 0;
    for (var token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
      requireScalar(token, "rows[" + row + "][", at);
      sink.value(row, at, scalar);
      at++;
    }
    sink.end(row, at);
  }

  private static void object(JsonParser parser, Scalar scalar, Sink sink, int row)
      throws IOException, Unusable {
    sink.begin(row);
    for (var name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      var token = parser.nextToken();
      if (token == null || !token.isScalarValue()) {
        throw notScalar(token, place(row, name));
      }
      sink.value(row, name, scalar);
    }
    if (parser.currentToken() != JsonToken.END_OBJECT) {
      throw malformed("They end before the array does.");
    }
    sink.end(row);
  }

  /** Where a value of an object stands. */
  static String place(int row, String name) {
    return "rows[" + row + "]." + CellProblem.shortened(name);
  }

  private static void requireScalar(@Nullable JsonToken token, String before, int at)
      throws Unusable {
    if (token == null || !token.isScalarValue()) {
      throw notScalar(token, before + at + "]");
    }
  }

  private static Unusable notScalar(@Nullable JsonToken token, String where) {
    return token == null
        ? malformed("They end before the array does.")
        : new Unusable(
            Code.WRONG_TYPE,
            where,
            "A value is " + called(token) + ".",
            "A value is a number, a string, true, false or null.",
            "Give each value a column of its own.");
  }

  private static String called(JsonToken token) {
    return switch (token) {
      case START_ARRAY -> "an array";
      case START_OBJECT -> "an object";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
      case VALUE_TRUE, VALUE_FALSE -> "a truth value";
      default -> "null";
    };
  }

  private static Unusable malformed(String why) {
    return new Unusable(
        Code.MALFORMED, "rows", "The rows are no JSON array of rows in UTF-8.", why, TRY);
  }

  private static String place(JsonParser parser) {
    var location = parser.currentTokenLocation();
    return " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
  }

  private static String cut(String text) {
    return text.length() <= WHY_CHARS_MAX ? text : text.substring(0, WHY_CHARS_MAX) + "...";
  }

  /** That rows which are arrays differ in length. */
  static Unusable ragged(int row, int values, String other) {
    return new Unusable(
        Code.RAGGED_LINE,
        "rows[" + row + "]",
        "The row has " + values + (values == 1 ? " value" : " values") + ", but " + other + ".",
        "Each row has a value for each column, in the same order.",
        "Write null where a value is missing.");
  }

  /** That an object has a name twice. */
  static Unusable twice(int row, String name) {
    return new Unusable(
        Code.NAMED_TWICE,
        place(row, name),
        "The row has the column twice.",
        "Nothing says which of the values counts.",
        "Leave one of them out.");
  }

  /** Whether all rows are alike. */
  private static final class Shape implements Sink {
    private int width = -1;
    private final Set<String> names = new HashSet<>();

    @Override
    public void begin(int row) {
      names.clear();
    }

    @Override
    public void value(int row, int at, Scalar text) {}

    @Override
    public void value(int row, String name, Scalar text) throws Unusable {
      if (!names.add(name)) {
        throw twice(row, name);
      }
    }

    @Override
    public void end(int row, int values) throws Unusable {
      if (width >= 0 && values != width) {
        throw ragged(row, values, "the first has " + width);
      }
      width = values;
    }

    @Override
    public void end(int row) {}
  }
}
