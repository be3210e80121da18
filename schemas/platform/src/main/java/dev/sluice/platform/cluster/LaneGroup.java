package dev.sluice.platform.cluster;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;

/** How the share groups of lanes work: as operators have set them, and otherwise as Sluice does. */
public final class LaneGroup {

  /**
   * What of it is no matter of taste, as no task may be missed and none done that was not issued.
   */
  static final Map<String, String> NEEDED =
      Map.of(
          // Tasks written before the first worker came are tasks too.
          "share.auto.offset.reset", "earliest",
          // Tasks of an aborted ledger transaction were never issued.
          "share.isolation.level", "read_committed");

  /** What Sluice sets where nobody has. Brokers have bounds for some of it. */
  public static final Map<String, String> SETTINGS = settings();

  private LaneGroup() {}

  private static Map<String, String> settings() {
    var all = new HashMap<>(NEEDED);
    all.put("share.record.lock.duration.ms", "3000");
    all.put("share.session.timeout.ms", "3000");
    all.put("share.heartbeat.interval.ms", "500");
    return Map.copyOf(all);
  }

  /** Those of a group's settings that someone has set for this group. */
  static Map<String, String> own(Collection<ConfigEntry> described) {
    var own = new HashMap<String, String>();
    for (var entry : described) {
      if (entry.source() == ConfigEntry.ConfigSource.DYNAMIC_GROUP_CONFIG
          && entry.value() != null) {
        own.put(entry.name(), entry.value());
      }
    }
    return own;
  }

  /** What is left to be set. */
  static List<AlterConfigOp> missing(Map<String, String> own) {
    return SETTINGS.entrySet().stream()
        .filter(setting -> !own.containsKey(setting.getKey()))
        .map(
            setting ->
                new AlterConfigOp(
                    new ConfigEntry(setting.getKey(), setting.getValue()),
                    AlterConfigOp.OpType.SET))
        .toList();
  }
}
