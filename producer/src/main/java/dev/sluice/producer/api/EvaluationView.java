package dev.sluice.producer.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a version's {@code evaluation} file says of single classes, on the held-out rows.
 *
 * @param rows rows measured
 * @param classes the classes, in the order of the model's
 * @param confusion rows by label (outer) and answer (inner), in the same order
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record EvaluationView(long rows, List<OfClass> classes, List<List<Long>> confusion) {

  public EvaluationView {
    int size = classes == null ? -1 : classes.size();
    if (confusion == null
        || confusion.size() != size
        || confusion.stream().anyMatch(line -> line.size() != size)) {
      throw new IllegalArgumentException("confusion has a line and a column for each class");
    }
    classes = List.copyOf(classes);
    confusion = List.copyOf(confusion);
  }

  /** The name that a version lists the file under. */
  public static final String FORMAT = "evaluation";

  /**
   * How well one class is told from the others.
   *
   * @param name its name
   * @param rows rows of it
   * @param precision share of the rows answered so that are of it
   * @param recall share of the rows of it that are answered so
   * @param f1 harmonic mean of both
   * @param auc area under the ROC curve; null where it is not known
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record OfClass(
      String name, long rows, double precision, double recall, double f1, @Nullable Double auc) {}
}
