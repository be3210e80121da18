package dev.sluice.jobs.dataset;

import static dev.sluice.jobs.dataset.CsvFiles.loaded;
import static dev.sluice.jobs.dataset.CsvFiles.rawFeatures;
import static dev.sluice.jobs.dataset.CsvFiles.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.BooleanColumn;
import dev.sluice.schemas.wire.CategoryColumn;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.FeatureColumn;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.NumberColumn;
import dev.sluice.schemas.wire.Objective;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What rows that a job has itself become, held against the same values in a CSV file. */
class RowsReaderTest {
  private static final int TABLES = 400;

  private static NetworkFacts model(List<FeatureColumn> columns, List<String> names) {
    int inputs = Encoding.inputs(columns);
    return new NetworkFacts(
        new LayerStack(List.of(), List.of()),
        List.of(inputs),
        2,
        Objective.CROSS_ENTROPY,
        List.of("cat", "dog"),
        names,
        new Affine(Collections.nCopies(inputs, 0.5), Collections.nCopies(inputs, 0.25)),
        new Affine(List.of(), List.of()),
        List.of(),
        0,
        0,
        List.of(),
        columns);
  }

  private static ByteBuffer utf8(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static RowsReader.Result.Rows rows(RowsReader.Result result) {
    return switch (result) {
      case RowsReader.Result.Rows rows -> rows;
      case RowsReader.Result.Refused(var problems) -> throw new AssertionError(problems.toString());
    };
  }

  private static Cause problem(RowsReader reader, String text) {
    return switch (reader.read(utf8(text))) {
      case RowsReader.Result.Rows rows -> throw new AssertionError("no problem found");
      case RowsReader.Result.Refused(var problems) -> {
        assertThat(problems).hasSize(1);
        yield problems.getFirst();
      }
    };
  }

  private static int[] bits(float[] values) {
    return IntStream.range(0, values.length).map(i -> Float.floatToRawIntBits(values[i])).toArray();
  }

  // ---- the same as in a file

  /** A table of random columns, with what a file and what JSON writes for each cell. */
  private static final class RandomTable {
    private final Random random;
    private final List<FeatureColumn> columns = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<List<String>> json = new ArrayList<>();
    private final List<List<String>> csv = new ArrayList<>();

    RandomTable(long seed, boolean numbersOnly) {
      random = new Random(seed);
      int width = 1 + random.nextInt(6);
      boolean fills = !numbersOnly && random.nextBoolean();
      for (int i = 0; i < width; i++) {
        names.add("column " + i);
        columns.add(
            switch (numbersOnly ? 0 : random.nextInt(3)) {
              case 0 -> new NumberColumn(fills ? random.nextGaussian() : null);
              case 1 -> new BooleanColumn(fills ? random.nextBoolean() : null);
              default -> new CategoryColumn(List.of("", "a, b", "é\"", "x"), fills ? "x" : null);
            });
      }
      for (int row = 0; row < 1 + random.nextInt(8); row++) {
        var texts = new ArrayList<String>();
        var cells = new ArrayList<String>();
        for (var column : columns) {
          cell(column, fills, texts, cells);
        }
        json.add(texts);
        csv.add(cells);
      }
    }

    private void cell(FeatureColumn column, boolean fills, List<String> texts, List<String> cells) {
      if (fills && random.nextInt(5) == 0) {
        boolean written = random.nextBoolean();
        texts.add(written ? "\"NA\"" : "null");
        cells.add(written ? "NA" : "NULL");
        return;
      }
      var value =
          switch (column) {
            case NumberColumn _ -> number(random);
            case BooleanColumn _ -> random.nextBoolean() ? "true" : random.nextBoolean() + "";
            case CategoryColumn _ -> List.of("a, b", "é\"", "x", "unseen").get(random.nextInt(4));
          };
      boolean string = column instanceof CategoryColumn || random.nextInt(20) == 0;
      texts.add(string ? "\"" + value.replace("\"", "\\\"") + "\"" : value);
      cells.add("\"" + value.replace("\"", "\"\"") + "\"");
    }

    byte[] file() {
      var lines = new ArrayList<String>();
      lines.add(String.join(",", names));
      csv.forEach(cells -> lines.add(String.join(",", cells)));
      return CsvFiles.csv(lines.toArray(String[]::new));
    }

    String arrays() {
      return json.stream()
          .map(row -> "[" + String.join(random.nextBoolean() ? "," : " ,\n", row) + "]")
          .collect(Collectors.joining(", ", "[", "]"));
    }

    String objects() {
      return json.stream()
          .map(
              row ->
                  IntStream.range(0, row.size())
                      .mapToObj(i -> "\"" + names.get(i) + "\":" + row.get(i))
                      .collect(Collectors.joining(",", "{", "}")))
          .collect(Collectors.joining(",", "[", "]"));
    }

    void holds(RowsReader.Result.Rows read) {
      var file = loaded(spec().label(null).infer(file(), model(columns, names))).selected();
      assertThat(read.rows()).isEqualTo(file.size());
      int inputs = Encoding.inputs(columns);
      for (int row = 0; row < file.size(); row++) {
        float[] own = new float[inputs];
        System.arraycopy(read.inputs(), row * inputs, own, 0, inputs);
        assertThat(bits(own)).isEqualTo(bits(rawFeatures(file, row, inputs)));
        assertThat(read.unusable().get(row)).isEqualTo(!file.usable(row));
      }
    }
  }

  /** Numbers as programs and people write them, some at the edge of what binary32 holds. */
  private static String number(Random random) {
    return switch (random.nextInt(9)) {
      case 0 -> String.valueOf(random.nextInt(20) - 10);
      case 1 -> String.valueOf(random.nextGaussian());
      case 2 -> String.format(Locale.ROOT, "%.3f", random.nextGaussian() * 100);
      case 3 -> String.valueOf(Float.intBitsToFloat(random.nextInt() & 0x7f7fffff));
      case 4 -> String.valueOf(Double.longBitsToDouble(random.nextLong() & 0x47efffffffffffffL));
      case 5 -> halfway(random);
      case 6 -> "-0.0";
      case 7 -> random.nextLong() + "e-" + random.nextInt(30);
      default -> random.nextInt(3) == 0 ? "3.5e38" : "1E+" + random.nextInt(40);
    };
  }

  /** Just between two numbers of binary32, or a hair beside: where rounding is decided. */
  private static String halfway(Random random) {
    float below = random.nextFloat() * 100;
    double half = ((double) below + Math.nextUp(below)) / 2;
    return switch (random.nextInt(3)) {
      case 0 -> String.valueOf(half);
      case 1 -> String.valueOf(Math.nextUp(half));
      default -> String.valueOf(Math.nextDown(half));
    };
  }

  @Test
  void aTextEndsWhereItsBufferDoes() {
    for (int rows : new int[] {1, 10_000}) {
      var text = "[" + "[1],".repeat(rows - 1) + "[1]]";
      var around = ("{\"rows\": " + text + "}").getBytes(StandardCharsets.UTF_8);
      var part = ByteBuffer.wrap(around, around.length - 1 - text.length(), text.length());
      assertThat(RowsText.check(part.slice())).isEqualTo(new RowsText.Checked.Rows(rows));
    }
  }

  @Test
  void theSameValuesGiveTheSameBitsAsInAFile() {
    for (long seed = 0; seed < TABLES; seed++) {
      var table = new RandomTable(seed, seed % 3 == 0);
      var reader = new RowsReader(model(table.columns, table.names), List.of());
      table.holds(rows(reader.read(utf8(table.arrays()))));
      table.holds(rows(reader.read(utf8(table.objects()))));
    }
  }

  @Test
  void theFastWayAndThePlainOneGiveTheSameBits() throws Exception {
    var random = new Random(3);
    var names = List.of("a", "b", "c");
    var reader =
        new RowsReader(
            model(Collections.nCopies(3, new NumberColumn(null)), names), List.of("c", "a", "b"));
    for (int i = 0; i < 20_000; i++) {
      var text =
          utf8("[[" + number(random) + "," + number(random) + ", " + number(random) + "\n] ]");
      var fast = rows(reader.read(text));
      var plain = rows(reader.read(RowsText.bytes(text)));
      assertThat(bits(fast.inputs())).isEqualTo(bits(plain.inputs()));
      assertThat(fast.unusable()).isEqualTo(plain.unusable());
    }
  }

  @Test
  void theFastWayTakesNothingThatIsNoJson() {
    int[] one = {0};
    for (var number :
        List.of(
            "01", "-", "1.", ".5", "+1", "1e", "1e+", "0x1", "1-2", "--1", "1e1.5", "NaN", "")) {
      byte[] text = ("[[" + number + "]]").getBytes(StandardCharsets.UTF_8);
      assertThat(NumberRows.read(text, 0, text.length, one)).as(number).isNull();
    }
    for (var text :
        List.of("", "[", "[[1]", "[[1]]x", "[[1],]", "[[1 2]]", "[[1,2]]", "[]", "[[]]")) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      assertThat(NumberRows.read(bytes, 0, bytes.length, one)).as(text).isNull();
    }
    byte[] text = " [ [ -1.5e-1 ] , [2] ]\n".getBytes(StandardCharsets.UTF_8);
    assertThat(NumberRows.read(text, 0, text.length, one)).containsExactly(-0.15f, 2);
  }

  // ---- order and names

  private static final List<FeatureColumn> KINDS =
      List.of(
          new NumberColumn(null),
          new BooleanColumn(true),
          new CategoryColumn(List.of("x", "y"), null));

  private static RowsReader reader(String... names) {
    return new RowsReader(model(KINDS, List.of("size", "tame", "kind")), List.of(names));
  }

  @Test
  void valuesGoToTheColumnsThatAreNamed() {
    var read = rows(reader("kind", "size", "tame").read(utf8("[[\"y\",3,false]]")));
    assertThat(read.inputs()).containsExactly(3, 0, 0, 1);
  }

  @Test
  void objectsMayLeaveOutWhatTheModelFills() {
    var read = rows(reader().read(utf8("[{\"kind\":\"x\",\"size\":1}]")));
    assertThat(read.inputs()).containsExactly(1, 1, 1, 0);
  }

  @Test
  void columnsWithoutNamesGoByPosition() {
    var model = model(Collections.nCopies(2, new NumberColumn(null)), List.of());
    assertThat(rows(new RowsReader(model, List.of("1", "0")).read(utf8("[[5,6]]"))).inputs())
        .containsExactly(6, 5);
    assertThat(rows(new RowsReader(model, List.of()).read(utf8("[{\"1\":5,\"0\":6}]"))).inputs())
        .containsExactly(6, 5);
  }

  @Test
  void rowsWithACategoryThatTheModelDoesNotKnowOrANumberBeyondFloatsGetNoAnswer() {
    var read = rows(reader().read(utf8("[[1,true,\"z\"],[1e39,true,\"x\"],[1,null,\"x\"]]")));
    assertThat(read.unusable().stream()).containsExactly(0, 1);
    assertThat(read.inputs()).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0);
  }

  // ---- what is wrong

  @Test
  void whatIsWrongWithAValueIsToldWithItsPlace() {
    assertWrong("[[1,true,\"x\"],[\"big\",true,\"x\"]]", Code.NOT_A_NUMBER, "rows[1][0]");
    assertWrong("[[1,2,\"x\"]]", Code.NOT_A_NUMBER, "rows[0][1]");
    assertWrong("[[true,true,\"x\"]]", Code.NOT_A_NUMBER, "rows[0][0]");
    assertWrong("[[null,true,\"x\"]]", Code.MISSING_VALUE, "rows[0][0]");
    assertWrong("[{\"tame\":true,\"kind\":\"x\"}]", Code.MISSING_VALUE, "rows[0].size");
    assertWrong("[[1,true,[\"x\"]]]", Code.WRONG_TYPE, "rows[0][2]");
    assertWrong("[{\"size\":{}}]", Code.WRONG_TYPE, "rows[0].size");
  }

  @Test
  void whatIsWrongWithTheShapeIsTold() {
    assertWrong("", Code.MALFORMED, "rows");
    assertWrong("[[1,true,\"x\"]", Code.MALFORMED, "rows");
    assertWrong("[[1,true,\"x\"]] 5", Code.MALFORMED, "rows");
    assertWrong("{\"rows\":[]}", Code.MALFORMED, "rows");
    assertWrong("[[1,tru]]", Code.MALFORMED, "rows");
    assertWrong("[]", Code.NO_ROWS, "rows");
    assertWrong("[1,true,\"x\"]", Code.WRONG_TYPE, "rows[0]");
    assertWrong("[[1,true]]", Code.COLUMNS_MISMATCH, "rows[0]");
    assertWrong("[[1,true,\"x\"],[1,true,\"x\",4]]", Code.RAGGED_LINE, "rows[1]");
    assertWrong("[{\"size\":1,\"size\":2}]", Code.NAMED_TWICE, "rows[0].size");
  }

  private static void assertWrong(String text, Code code, String where) {
    var cause = problem(reader(), text);
    assertThat(cause.code()).as(text).isEqualTo(code);
    assertThat(cause.where()).as(text).isEqualTo(where);
    assertThat(cause.mend()).doesNotContain("dataset.features");
  }

  @Test
  void columnsThatTheModelDoesNotHaveAreToldWithTheNearest() {
    var cause = problem(reader(), "[{\"sise\":1,\"size\":1,\"kind\":\"x\"}]");
    assertThat(cause.code()).isEqualTo(Code.NO_SUCH_COLUMN);
    assertThat(cause.where()).isEqualTo("rows[0].sise");
    assertThat(cause.mend()).contains("Did you mean 'size'?");
    assertThat(problem(reader("size", "tame", "kind", "age"), "[[1,true,\"x\",2]]").where())
        .isEqualTo("names[3]");
    assertThat(problem(reader("size", "tame"), "[[1,true]]").what()).contains("'kind'");
    assertThat(problem(reader("size", "tame", "kind", "size"), "[[1,true,\"x\",1]]").code())
        .isEqualTo(Code.NAMED_TWICE);
  }

  @Test
  void whatIsAlikeIsToldOnceWithItsNumber() {
    var text = "[" + "[\"?!\",true,\"x\"],".repeat(999) + "[1,true,\"x\"]]";
    assertThat(problem(reader(), text).what()).contains("first of 999 alike");
  }

  @Test
  void aFewBytesDoNotBecomeGigabytes() {
    var categories = IntStream.range(0, 10_000).mapToObj(Integer::toString).toList();
    var reader =
        new RowsReader(
            model(List.of(new CategoryColumn(categories, "7")), List.of("kind")), List.of());
    var cause = problem(reader, "[" + "{},".repeat(100_000) + "{}]");
    assertThat(cause.code()).isEqualTo(Code.TOO_LARGE);
    assertThat(problem(reader, "[" + " ".repeat(1 << 20) + "]").code()).isEqualTo(Code.TOO_LARGE);
    assertThat(problem(reader, "[".repeat(100_000)).code()).isEqualTo(Code.WRONG_TYPE);
    assertThat(problem(reader, "[[" + "9".repeat(5_000) + "]]").code()).isEqualTo(Code.MALFORMED);
  }

  @Test
  void anyBytesGiveAnAnswerAndNeverAnException() {
    var random = new Random(11);
    var pieces = List.of("[", "]", "{", "}", ",", ":", "\"", "1", "e", "-", "\"a\"", "null", "\0");
    var reader = reader();
    for (int i = 0; i < 20_000; i++) {
      var text = new StringBuilder(random.nextBoolean() ? "[[" : "[{\"size\":");
      for (int n = random.nextInt(8); n >= 0; n--) {
        text.append(pieces.get(random.nextInt(pieces.size())));
      }
      assertThat(reader.read(utf8(text.toString()))).isNotNull();
      assertThat(RowsText.check(utf8(text.toString()))).isNotNull();
      byte[] bytes = new byte[random.nextInt(9)];
      random.nextBytes(bytes);
      assertThat(reader.read(ByteBuffer.wrap(bytes))).isNotNull();
    }
  }

  // ---- before the model is known

  @Test
  void theShapeIsCheckedWithoutAModel() {
    assertThat(RowsText.check(utf8("[[1,null,\"a\"],[2,true,\"b\"]]")))
        .isEqualTo(new RowsText.Checked.Rows(2));
    assertThat(RowsText.check(utf8("[{\"a\":1},{\"b\":2}]")))
        .isEqualTo(new RowsText.Checked.Rows(2));
    assertThat(refused("[[1],[1,2]]")).isEqualTo(Code.RAGGED_LINE);
    assertThat(refused("[[1],[[2]]]")).isEqualTo(Code.WRONG_TYPE);
    assertThat(refused("[{\"a\":1,\"a\":2}]")).isEqualTo(Code.NAMED_TWICE);
    assertThat(refused("[]")).isEqualTo(Code.NO_ROWS);
    assertThat(refused("rows")).isEqualTo(Code.MALFORMED);
    var utf16 = ByteBuffer.wrap("[[1]]".getBytes(StandardCharsets.UTF_16LE));
    assertThat(RowsText.check(utf16)).isInstanceOf(RowsText.Checked.Wrong.class);
  }

  private static Code refused(String text) {
    return ((RowsText.Checked.Wrong) RowsText.check(utf8(text))).cause().code();
  }
}
