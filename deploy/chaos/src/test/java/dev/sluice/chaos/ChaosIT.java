package dev.sluice.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.deploy.Sluice;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The short version of {@code sluice chaos}: one fault of each kind. */
class ChaosIT {
  @Test
  void oneFaultOfEachKindChangesNoBit() throws Exception {
    var chaos = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    System.setProperty("sluice.launcher", chaos.resolveSibling("sluice").toString());
    int faults = FaultPlan.EACH - (Member.canFill() ? 0 : 1);
    var out = new StringWriter();
    int code =
        Sluice.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8))
            .execute(
                "chaos",
                "--json",
                "--faults",
                String.valueOf(FaultPlan.EACH),
                "--seed",
                "1",
                "--coordinators",
                "2",
                "--workers",
                "2");
    JsonNode report = new ObjectMapper().readTree(out.toString());
    assertThat(report.path("violations")).as(out.toString()).isEmpty();
    assertThat(code).isZero();
    assertThat(report.path("faults").asInt()).isEqualTo(faults);
    assertThat(report.path("byKind")).hasSize(faults);
    assertThat(report.path("jobs").asInt()).isPositive();
    assertThat(report.path("recoveries")).isNotEmpty();
  }
}
