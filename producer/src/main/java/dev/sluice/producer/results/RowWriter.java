package dev.sluice.producer.results;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import dev.sluice.producer.api.ApiJson;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows in a text format. What a row lacks, and a number that is not finite, is empty in CSV
 * and null in JSON.
 */
public sealed interface RowWriter {

  /** How results are written. */
  enum Format {
    /** One JSON object per line. */
    NDJSON("application/x-ndjson"),
    /** Comma-separated values with a header (RFC 4180). */
    CSV("text/csv");

    private final String mediaType;

    Format(String mediaType) {
      this.mediaType = mediaType;
    }

    /** Media type. */
    public String mediaType() {
      return mediaType;
    }
  }

  /**
   * A writer.
   *
   * @param format how to write
   * @param columns what to write of each row, in order
   * @param classes names of the classes in output order; empty for regression
   * @param outputs values that the network gives per row
   * @param out where to; not closed
   */
  static RowWriter to(
      Format format, List<Column> columns, List<String> classes, int outputs, OutputStream out) {
    return switch (format) {
      case NDJSON -> new Ndjson(columns, classes, out);
      case CSV -> new Csv(columns, classes, outputs, out);
    };
  }

  /** Writes what comes before the first row. */
  void begin() throws IOException;

  /** Writes one row. */
  void write(ResultRows.Row row) throws IOException;

  /** Hands on what is buffered. */
  void end() throws IOException;

  /** One JSON object per line; probabilities by class name. */
  final class Ndjson implements RowWriter {
    private final List<Column> columns;
    private final List<String> classes;
    private final JsonGenerator json;
    private boolean any;

    private Ndjson(List<Column> columns, List<String> classes, OutputStream out) {
      this.columns = List.copyOf(columns);
      this.classes = List.copyOf(classes);
      try {
        this.json = ApiJson.MAPPER.getFactory().createGenerator(out);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.setRootValueSeparator(new SerializedString("\n"));
    }

    @Override
    public void begin() {
      // JSON lines have no header.
    }

    @Override
    public void write(ResultRows.Row row) throws IOException {
      any = true;
      json.writeStartObject();
      for (var column : columns) {
        switch (column) {
          case ROW -> json.writeNumberField("row", row.row());
          case PREDICTION -> text("prediction", row.prediction());
          case LABEL -> text("label", row.label());
          case PROBABILITY -> number("probability", row.probability());
          case PROBABILITIES -> probabilities(row.probabilities());
          case SCORES -> scores(row.scores());
        }
      }
      json.writeEndObject();
    }

    @Override
    public void end() throws IOException {
      if (any) {
        json.writeRaw('\n');
      }
      json.flush();
    }

    private void text(String name, @Nullable String value) throws IOException {
      if (value == null) {
        json.writeNullField(name);
      } else {
        json.writeStringField(name, value);
      }
    }

    private void number(String name, @Nullable Double value) throws IOException {
      if (value == null || !Double.isFinite(value)) {
        json.writeNullField(name);
      } else {
        json.writeNumberField(name, value);
      }
    }

    private void probabilities(List<Double> values) throws IOException {
      json.writeObjectFieldStart("probabilities");
      for (int i = 0; i < classes.size(); i++) {
        number(classes.get(i), i < values.size() ? values.get(i) : null);
      }
      json.writeEndObject();
    }

    private void scores(List<Float> values) throws IOException {
      json.writeArrayFieldStart("scores");
      for (var value : values) {
        if (Float.isFinite(value)) {
          json.writeNumber(value);
        } else {
          json.writeNull();
        }
      }
      json.writeEndArray();
    }
  }

  /** Values between commas; one column per class or output where a column holds several. */
  final class Csv implements RowWriter {
    private final List<Column> columns;
    private final List<String> classes;
    private final int outputs;
    private final OutputStream out;

    private Csv(List<Column> columns, List<String> classes, int outputs, OutputStream out) {
      this.columns = List.copyOf(columns);
      this.classes = List.copyOf(classes);
      this.outputs = outputs;
      this.out = out;
    }

    @Override
    public void begin() throws IOException {
      var names = new ArrayList<String>();
      for (var column : columns) {
        switch (column) {
          case ROW, PREDICTION, LABEL, PROBABILITY -> names.add(column.word());
          case PROBABILITIES -> classes.forEach(name -> names.add("probability_" + name));
          case SCORES -> {
            for (int i = 0; i < outputs; i++) {
              names.add("score_" + i);
            }
          }
        }
      }
      line(names);
    }

    @Override
    public void write(ResultRows.Row row) throws IOException {
      var values = new ArrayList<String>();
      for (var column : columns) {
        switch (column) {
          case ROW -> values.add(String.valueOf(row.row()));
          case PREDICTION -> values.add(Objects.requireNonNullElse(row.prediction(), ""));
          case LABEL -> values.add(Objects.requireNonNullElse(row.label(), ""));
          case PROBABILITY ->
              values.add(row.probability() == null ? "" : row.probability().toString());
          case PROBABILITIES -> {
            for (int i = 0; i < classes.size(); i++) {
              values.add(
                  i < row.probabilities().size() ? row.probabilities().get(i).toString() : "");
            }
          }
          case SCORES -> {
            for (var score : row.scores()) {
              values.add(Float.isFinite(score) ? String.valueOf(score) : "");
            }
          }
        }
      }
      line(values);
    }

    @Override
    public void end() {
      // Every line is written at once.
    }

    private void line(List<String> values) throws IOException {
      var line = values.stream().map(Csv::quoted).collect(Collectors.joining(",", "", "\r\n"));
      out.write(line.getBytes(StandardCharsets.UTF_8));
    }

    private static String quoted(String value) {
      boolean plain = value.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
      return plain ? value : '"' + value.replace("\"", "\"\"") + '"';
    }
  }
}
