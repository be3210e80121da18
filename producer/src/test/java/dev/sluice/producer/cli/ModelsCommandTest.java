package dev.sluice.producer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.platform.terminal.TerminalText;
import dev.sluice.producer.FakeCluster;
import dev.sluice.producer.Samples;
import dev.sluice.producer.api.ApiJson;
import dev.sluice.producer.api.EvaluationView;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.ModelFile;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.Objective;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ModelsCommandTest {

  private final FakeCluster cluster = new FakeCluster();

  @AfterEach
  void close() {
    cluster.close();
  }

  private record Run(int code, String out, String err) {}

  @Test
  void aVersionIsShownWithWhatWasMeasuredOfEachClass() throws Exception {
    var evaluation =
        """
        {"rows": 10, "later": 1, "classes": [
          {"name": "yes", "rows": 6, "precision": 1.0, "recall": 0.5, "f1": 0.6667, "auc": 0.9},
          {"name": "no", "rows": 4, "precision": 0.5714, "recall": 1.0, "f1": 0.7273}],
         "confusion": [[3, 3], [0, 4]]}
        """;
    store(evaluation, "classifier");

    var run = run("classifier@production");

    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("classifier@1", "accuracy")
        .contains(
            """
            CLASS  ROWS  PRECISION  RECALL      F1     AUC
            yes       6     1.0000  0.5000  0.6667  0.9000
            no        4     0.5714  1.0000  0.7273       -

            rows by label (line) and answer (column)
                 yes  no
            yes    3   3
            no     0   4
            """);
    var json = ApiJson.MAPPER.readTree(run("classifier", "--json").out());
    assertThat(json.at("/evaluation/confusion/0/1").asInt()).isEqualTo(3);
    assertThat(json.at("/version/version").asInt()).isEqualTo(1);
  }

  @Test
  void ofManyClassesTheLargestAreShownAndAllFitsTheTerminal() {
    var names = IntStream.range(0, 300).mapToObj(i -> "class number " + i).toList();
    var evaluation =
        new EvaluationView(
            45_000,
            IntStream.range(0, 300)
                .mapToObj(i -> new EvaluationView.OfClass(names.get(i), i, 1, 1, 1, 1.0))
                .toList(),
            IntStream.range(0, 300)
                .mapToObj(
                    i -> IntStream.range(0, 300).mapToObj(j -> i == j ? (long) i : 0L).toList())
                .toList());

    for (int columns : new int[] {80, 40}) {
      var text = EvaluationText.of(evaluation, columns);
      assertThat(text.lines())
          .hasSizeLessThan(45)
          .allSatisfy(line -> assertThat(TerminalText.width(line)).as(line).isLessThan(columns));
      assertThat(text).contains("299", "20 largest of 300 classes").doesNotContain("number 0");
    }
  }

  @Test
  void aNameMayBeShortenedAndWhatThereIsNotIsSaid() {
    store("{\"rows\": 0, \"classes\": [], \"confusion\": []}", "classifier");

    assertThat(run("class").out()).contains("classifier@1");
    assertThat(run("classifier@7").err()).contains("There is no version classifier@7");
    assertThat(run("clasifier").err()).contains("Did you mean 'classifier'?");
    store("{}", "classifier-2");
    assertThat(run("classifier@1").err()).contains("a line and a column for each class");
    assertThat(run("class").err()).contains("classifier, classifier-2", "Write more of it");
    assertThat(run("class").code()).isEqualTo(2);
  }

  @Test
  void aVersionIsDeletedAndAModelOnlyByItsWholeName() {
    store("{}", "classifier");
    assertThat(run("delete", "class@1").code()).isEqualTo(2);
    assertThat(run("delete", "class").err()).contains("no model class");
    assertThat(run("delete", "classifier@9").err()).contains("There is no version classifier@9");
    assertThat(run("delete", "classifier@production").out()).contains("deleted classifier@1");
    assertThat(run().out()).contains("no models");

    store("{}", "classifier");
    assertThat(run("delete", "classifier").out()).contains("deleted classifier");
    assertThat(run().out()).contains("no models");
  }

  private void store(String evaluation, String name) {
    var digest = "sha256:" + "0".repeat(64);
    var bytes = evaluation.getBytes(StandardCharsets.UTF_8);
    cluster.artifacts.files.put(digest, bytes);
    var facts = Samples.facts(Objective.CROSS_ENTROPY, List.of("yes", "no"), 2);
    var plain = Samples.model(1, facts);
    var version =
        new ModelVersion(
            name,
            1,
            plain.jobId(),
            plain.sha256(),
            facts,
            List.of(new ModelFile("evaluation", digest, bytes.length)),
            plain.metrics(),
            plain.dataset(),
            plain.splitSeed(),
            plain.engine(),
            plain.registeredMs(),
            plain.format(),
            plain.parent());
    cluster.view.put(new ModelEntry(name, 1, Map.of("production", 1)));
    cluster.view.put(version);
  }

  private Run run(String... arguments) {
    var line = new CommandLine(new ModelsCommand());
    var out = new StringWriter();
    var err = new StringWriter();
    line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    var all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--server", cluster.uri().toString()));
    return new Run(line.execute(all.toArray(String[]::new)), out.toString(), err.toString());
  }
}
