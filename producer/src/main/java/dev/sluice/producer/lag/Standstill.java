package dev.sluice.producer.lag;

/**
 * A partition whose readers can't go on.
 *
 * @param topic its topic
 * @param partition its number
 * @param why in words that go on after its name
 */
public record Standstill(String topic, int partition, String why) {

  /** The same as a sentence. */
  public String text() {
    return topic + "-" + partition + " " + why + ".";
  }
}
