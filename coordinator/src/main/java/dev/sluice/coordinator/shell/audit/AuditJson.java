package dev.sluice.coordinator.shell.audit;

import dev.sluice.coordinator.audit.AuditReport;
import dev.sluice.coordinator.audit.Difference;
import dev.sluice.coordinator.audit.Part;
import dev.sluice.coordinator.audit.ReplayOrigin;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an audit found, as a document. What isn't known is null. */
final class AuditJson {

  private AuditJson() {}

  /** A map in which null is a value. */
  private static final class Fields extends LinkedHashMap<String, @Nullable Object> {
    private static final long serialVersionUID = 1L;
  }

  /**
   * @param asked the version that was asked for; another one where that was made from it
   */
  static Map<String, @Nullable Object> of(String asked, AuditReport report) {
    var json = new Fields();
    json.put("model", asked);
    json.put("audited", AuditText.name(report));
    json.put("job", report.version().jobId());
    json.put("verdict", report.verdict().name().toLowerCase(Locale.ROOT));
    json.put("recorded", report.version().sha256());
    json.put("derived", report.derived().isEmpty() ? null : report.derived());
    json.put("partitions", report.parts().stream().map(AuditJson::part).toList());
    json.put("compared", report.compared());
    json.put("firstDifference", report.difference().map(AuditJson::difference).orElse(null));
    json.put("missing", report.missing());
    return json;
  }

  private static Fields part(Part part) {
    var json = new Fields();
    json.put("partition", part.partition());
    switch (part.origin()) {
      case ReplayOrigin.WholeLog() -> from(json, "log", 0L);
      case ReplayOrigin.Anchor(long generation) -> from(json, "anchor", generation);
      case ReplayOrigin.Nothing() -> from(json, null, null);
    }
    json.put("steps", part.steps());
    json.put("contributions", part.contributions());
    return json;
  }

  private static void from(Fields json, @Nullable String origin, @Nullable Long step) {
    json.put("from", origin);
    json.put("fromStep", step);
  }

  private static Fields difference(Difference difference) {
    var json = new Fields();
    json.put("block", difference.block());
    json.put("generation", difference.generation());
    json.put("source", difference.source());
    return json;
  }
}
