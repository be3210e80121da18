package dev.sluice.producer.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.Priority;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Jobs that have their rows themselves, as they are submitted. */
class RowsInJobTest {

  @Test
  void rowsAreTakenAsTheyAreWritten() {
    var spec =
        parsed(
            "{\"kind\": \"inference\", \"rows\": [[1.50, \"a\"],\n [null, true]],"
                + " \"model\": \"m@3\", \"names\": [\"x\", \"y\"], \"priority\": \"high\"}");
    assertThat(spec.priority()).isEqualTo(Priority.HIGH);
    assertThat(spec.work())
        .asInstanceOf(type(PredictionSpec.class))
        .satisfies(
            work -> {
              assertThat(work.model()).isEqualTo("m");
              assertThat(work.version()).isEqualTo("3");
              assertThat(work.names()).containsExactly("x", "y");
              assertThat(text(work)).isEqualTo("[[1.50, \"a\"],\n [null, true]]");
            });
  }

  @Test
  void inYamlTheyAreTheSame() {
    var spec = parsed("kind: inference\nmodel: m\nrows:\n- {x: 1.5, y: a}\n- {x: null, y: b}\n");
    assertThat(text((PredictionSpec) spec.work()))
        .isEqualTo("[{\"x\":1.5,\"y\":\"a\"},{\"x\":null,\"y\":\"b\"}]");
  }

  @Test
  void theyMayBeLargerThanADocument() {
    var rows = "[" + "[1],".repeat(200_000) + "[1]]";
    assertThat(text((PredictionSpec) parsed(job(rows)).work())).isEqualTo(rows);
    assertThat(problems(job("[" + "[1],".repeat(300_000) + "[1]]")))
        .singleElement()
        .satisfies(
            cause -> {
              assertThat(cause.code()).isEqualTo(Code.TOO_LARGE);
              assertThat(cause.where()).isEqualTo("rows");
            });
  }

  @Test
  void whatIsWrongIsSaidWithItsPlace() {
    assertThat(problems(job("[[1, 2], [3]]")))
        .singleElement()
        .satisfies(cause -> assertThat(cause.where()).startsWith("rows[1]"));
    assertThat(problems(job("[]"))).isNotEmpty();
    assertThat(problems("kind: inference\nmodel: m\nrows: 3\n")).isNotEmpty();
    assertThat(
            problems(
                "{\"kind\": \"inference\", \"rows\": [[1]], \"rows\": [[2]], \"model\": \"m\"}"))
        .isNotEmpty();
    assertThat(problems("{\"kind\": \"inference\", \"rows\": [[1]], \"mdoel\": \"m\"}"))
        .extracting(Cause::where)
        .contains("model", "mdoel");
  }

  @Test
  void rowsAndADataSetCannotBothBeAnswered() {
    assertThat(
            problems(
                "{\"kind\": \"inference\", \"model\": \"m\", \"rows\": [[1]], \"dataset\": {}}"))
        .extracting(Cause::code)
        .contains(Code.CONTRADICTION);
  }

  @Test
  void aJobWithOtherRowsIsAnotherJob() {
    var one = JobJson.digest(parsed(job("[[1]]")));
    assertThat(JobJson.digest(parsed(job("[[1]]")))).isEqualTo(one);
    assertThat(JobJson.digest(parsed(job("[[2]]")))).isNotEqualTo(one);
  }

  private static String job(String rows) {
    return "{\"kind\": \"inference\", \"model\": \"m\", \"rows\": " + rows + "}";
  }

  private static String text(PredictionSpec work) {
    return StandardCharsets.UTF_8.decode(work.rows().duplicate()).toString();
  }

  private static JobSpec parsed(String document) {
    var result = JobFile.parse(document.getBytes(StandardCharsets.UTF_8));
    assertThat(result).isInstanceOf(JobFileResult.Parsed.class);
    return ((JobFileResult.Parsed) result).spec();
  }

  private static List<Cause> problems(String document) {
    var result = JobFile.parse(document.getBytes(StandardCharsets.UTF_8));
    assertThat(result).isInstanceOf(JobFileResult.Invalid.class);
    return ((JobFileResult.Invalid) result).problems();
  }
}
