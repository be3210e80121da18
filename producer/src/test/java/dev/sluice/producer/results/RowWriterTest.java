package dev.sluice.producer.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.producer.Samples;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.ResultBatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowWriterTest {

  private static final List<String> CLASSES = List.of("a", "b", "c");
  private final ResultRows rows = new ResultRows(Objective.CROSS_ENTROPY, CLASSES);

  @Test
  void probabilitiesAreTheSoftmaxOfTheScores() {
    var row = rows.of(Samples.batch("job", 0)).getFirst();

    double e2 = Math.exp(2);
    assertThat(row.probability()).isCloseTo(e2 / (e2 + 2), within(1e-9));
    assertThat(row.probabilities().stream().mapToDouble(p -> p).sum()).isCloseTo(1, within(1e-9));
  }

  @Test
  void oneBinaryOutputIsTheProbabilityOfTheSecondClass() {
    var binary = new ResultRows(Objective.BINARY_CROSS_ENTROPY, List.of("no", "yes"));
    var batch =
        new ResultBatch(
            "job",
            "t",
            "a",
            0,
            List.of(0L),
            List.of("no"),
            List.of(),
            1,
            Vectors.bytes(new float[] {-2}));

    var row = binary.of(batch).getFirst();

    assertThat(row.probability()).isCloseTo(1 / (1 + Math.exp(-2)), within(1e-9));
    assertThat(row.label()).isNull();
  }

  @Test
  void numbersHaveNoProbability() {
    var regression = new ResultRows(Objective.HUBER, List.of());
    var batch =
        new ResultBatch(
            "job",
            "t",
            "a",
            0,
            List.of(0L),
            List.of("3.5"),
            List.of(),
            1,
            Vectors.bytes(new float[] {3.5f}));

    var row = regression.of(batch).getFirst();

    assertThat(row.probability()).isNull();
    assertThat(row.probabilities()).isEmpty();
    assertThat(row.scores()).containsExactly(3.5f);
  }

  @Test
  void ndjsonIsOneObjectPerLineWithTheColumnsAskedFor() throws IOException {
    var text = written(RowWriter.Format.NDJSON, List.of(Column.PREDICTION, Column.ROW));

    assertThat(text)
        .isEqualTo(
            """
            {"prediction":"a","row":100}
            {"prediction":"c","row":101}
            """);
  }

  @Test
  void csvHasAHeaderAndOneColumnPerClass() throws IOException {
    var text = written(RowWriter.Format.CSV, List.of(Column.ROW, Column.LABEL, Column.SCORES));

    assertThat(text.split("\r\n", -1))
        .containsExactly(
            "row,label,score_0,score_1,score_2", "100,a,2.0,0.0,0.0", "101,b,0.0,0.0,2.0", "");
  }

  @Test
  void csvQuotesWhatHoldsCommasAndQuotes() throws IOException {
    var out = new ByteArrayOutputStream();
    var writer =
        RowWriter.to(
            RowWriter.Format.CSV, List.of(Column.LABEL, Column.PREDICTION), CLASSES, 0, out);
    writer.write(new ResultRows.Row(0, "a,\"b\"", null, List.of(), null, List.of()));
    writer.end();

    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(",\"a,\"\"b\"\"\"\r\n");
  }

  @Test
  void aRowOfWhichAScoreIsNotFiniteHasNoAnswerAndBothFormatsLeaveOutTheSame() throws IOException {
    var columns =
        List.of(
            Column.ROW,
            Column.PREDICTION,
            Column.LABEL,
            Column.PROBABILITY,
            Column.PROBABILITIES,
            Column.SCORES);
    var batch =
        new ResultBatch(
            "job",
            "t",
            "a",
            0,
            List.of(7L, 8L),
            List.of("a", ""), // "a": as releases wrote it that did not look at the scores
            List.of("b", ""),
            3,
            Vectors.bytes(
                new float[] {
                  2,
                  Float.NaN,
                  Float.NEGATIVE_INFINITY,
                  Float.NaN,
                  Float.NaN,
                  Float.POSITIVE_INFINITY
                }));

    assertThat(written(RowWriter.Format.CSV, columns, batch).lines().skip(1))
        .containsExactly("7,,b,,,,,2.0,,", "8,,,,,,,,,");
    assertThat(written(RowWriter.Format.NDJSON, columns, batch).lines())
        .containsExactly(
            "{\"row\":7,\"prediction\":null,\"label\":\"b\",\"probability\":null,"
                + "\"probabilities\":{\"a\":null,\"b\":null,\"c\":null},\"scores\":[2.0,null,null]}",
            "{\"row\":8,\"prediction\":null,\"label\":null,\"probability\":null,"
                + "\"probabilities\":{\"a\":null,\"b\":null,\"c\":null},"
                + "\"scores\":[null,null,null]}");
  }

  @Test
  void probabilitiesOfScoresAsLargeAsFloatsAreFinite() {
    var batch =
        new ResultBatch(
            "job",
            "t",
            "a",
            0,
            List.of(0L),
            List.of("a"),
            List.of(),
            3,
            Vectors.bytes(new float[] {Float.MAX_VALUE, -Float.MAX_VALUE, 0}));

    assertThat(rows.of(batch).getFirst().probabilities()).containsExactly(1.0, 0.0, 0.0);
  }

  @Test
  void longNumbersThatNameClassesKeepEveryDigitInBothFormats() throws IOException {
    var batch =
        new ResultBatch(
            "job",
            "t",
            "a",
            0,
            List.of(9_007_199_254_740_993L),
            List.of("1234567890123456789"),
            List.of("007"),
            1,
            Vectors.bytes(new float[] {1}));
    var columns = List.of(Column.ROW, Column.PREDICTION, Column.LABEL);

    assertThat(written(RowWriter.Format.CSV, columns, batch).lines().skip(1))
        .containsExactly("9007199254740993,1234567890123456789,007");
    assertThat(written(RowWriter.Format.NDJSON, columns, batch).strip())
        .isEqualTo(
            "{\"row\":9007199254740993,\"prediction\":\"1234567890123456789\",\"label\":\"007\"}");
  }

  private String written(RowWriter.Format format, List<Column> columns) throws IOException {
    return written(format, columns, Samples.batch("job", 0));
  }

  private String written(RowWriter.Format format, List<Column> columns, ResultBatch batch)
      throws IOException {
    var out = new ByteArrayOutputStream();
    var writer = RowWriter.to(format, columns, CLASSES, 3, out);
    writer.begin();
    for (var row : rows.of(batch)) {
      writer.write(row);
    }
    writer.end();
    return out.toString(StandardCharsets.UTF_8);
  }
}
