package dev.sluice.producer.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ProblemTypeTest {

  @Test
  void everyCodeStandsInTheReadmeWithItsStatusAndTitle() throws IOException {
    var table =
        Arrays.stream(ProblemType.values())
            .map(type -> "| `%s` | %s | %s |".formatted(type.code(), type.status(), type.title()))
            .collect(Collectors.joining("\n"));

    assertThat(Files.readString(Path.of("README.md"))).contains(table);
  }

  @Test
  void aProblemHasItsCodeBesideItsTypeAndIsReadBack() throws IOException {
    var problem = Problem.of(ProblemType.KEY_REUSED, "as the test asked");

    var json = ApiJson.MAPPER.valueToTree(problem);

    assertThat(json.path("code").asText()).isEqualTo("key-reused");
    assertThat(json.path("type").asText()).isEqualTo("urn:sluice:problem:key-reused");
    var read = ApiJson.MAPPER.treeToValue(json, Problem.class);
    assertThat(read).isEqualTo(problem);
    assertThat(read.is(ProblemType.KEY_REUSED)).isTrue();
    assertThat(ProblemType.code("about:blank")).isEqualTo("about:blank");
  }
}
