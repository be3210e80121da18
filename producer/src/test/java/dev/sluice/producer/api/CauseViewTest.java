package dev.sluice.producer.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class CauseViewTest {

  @Test
  void aCauseHasItsCodeBesideItsFaultAndIsReadBack() throws IOException {
    var view = CauseView.of(new Cause(Code.NO_SUCH_COLUMN, "dataset.label", "what", "why", "mend"));

    var json = ApiJson.MAPPER.valueToTree(view);

    assertThat(json.path("code").asText()).isEqualTo("no-such-column");
    assertThat(json.path("fault").asText()).isEqualTo("bad-input");
    assertThat(ApiJson.MAPPER.treeToValue(json, CauseView.class)).isEqualTo(view);
  }
}
