package dev.sluice.deploy.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/**
 * What the answers of an inference job amount to, counted from the answers themselves.
 *
 * @param rows positions of the rows that were answered, in the data set's file
 * @param repeated answers beyond the first of a row: none where all is well
 * @param right answers that are the label
 */
record Answers(Set<Long> rows, long repeated, long right) {

  Answers {
    rows = Set.copyOf(rows);
  }

  /**
   * Reads answers.
   *
   * @param ndjson one object per line with row, prediction and label
   */
  static Answers read(byte[] ndjson) throws IOException {
    var rows = new HashSet<Long>();
    long repeated = 0;
    long right = 0;
    try (var answers =
        new ObjectMapper()
            .readerFor(JsonNode.class)
            .<JsonNode>readValues(new ByteArrayInputStream(ndjson))) {
      while (answers.hasNextValue()) {
        var answer = answers.nextValue();
        if (!rows.add(answer.required("row").asLong())) {
          repeated++;
        } else if (answer.required("prediction").isTextual()
            && answer.required("prediction").equals(answer.required("label"))) {
          right++;
        }
      }
    }
    return new Answers(rows, repeated, right);
  }

  /** Share of rows that were answered right; 0 where there are none. */
  double accuracy() {
    return rows.isEmpty() ? 0 : (double) right / rows.size();
  }
}
