package dev.sluice.platform.cluster;

import dev.sluice.platform.kafka.KafkaSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first thing that a process does with its brokers: finds them, and refuses those that can't
 * serve Sluice.
 *
 * <p>A problem that only a setting mends ends the wait at once; one that may pass by itself, after
 * a while. Where no broker answers, that is logged at once, and ends the wait when it is over.
 * Brokers that answer are asked for the addresses that they advertise, and these are tried as well.
 */
public final class ClusterCheck {

  private static final Logger LOG = LoggerFactory.getLogger(ClusterCheck.class);

  private static final Duration PAUSE = Duration.ofMillis(250);

  private final KafkaSettings kafka;
  private final int replication;
  private final Rights rights;

  private ClusterCheck(KafkaSettings kafka, int replication, Rights rights) {
    this.kafka = kafka;
    this.replication = replication;
    this.rights = rights;
  }

  /**
   * Returns when the brokers can serve Sluice.
   *
   * @param replication copies of topics that are yet to be made, -1 for the brokers' default
   * @param rights what the process will do with them
   * @param startMax longest wait for brokers that are not there yet
   * @throws dev.sluice.platform.config.ConfigProblem where an address is none
   * @throws Topics.TopicsUnavailable where they can't, or none answers in time
   */
  public static void require(
      KafkaSettings kafka, int replication, Rights rights, Duration startMax) {
    new ClusterCheck(kafka, replication, rights).await(startMax);
  }

  private void await(Duration startMax) {
    long began = System.nanoTime();
    String said = "";
    while (true) {
      var findings = look();
      if (findings.isEmpty()) {
        return;
      }
      var waited = Duration.ofNanos(System.nanoTime() - began);
      boolean over =
          findings.stream().anyMatch(f -> waited.compareTo(f.mayPass().of(startMax)) >= 0);
      var causes = findings.stream().map(Finding::cause).toList();
      if (over) {
        throw new Topics.TopicsUnavailable(causes);
      }
      var words = (causes.getFirst().what() + " " + causes.getFirst().why()).strip();
      if (!words.equals(said)) {
        said = words;
        var most = findings.getFirst().mayPass().of(startMax).minus(waited);
        LOG.warn("{} Trying again for {} ms.", words, most.toMillis());
      }
      LockSupport.parkNanos(PAUSE.toNanos());
      if (Thread.currentThread().isInterrupted()) {
        throw new Topics.TopicsUnavailable(causes);
      }
    }
  }

  private List<Finding> look() {
    var bootstrap = BootstrapServers.parse(kafka.bootstrapServers());
    if (!plaintext()) {
      // What a socket says is for clients without TLS and SASL.
      return facts();
    }
    var greeted = greet(bootstrap);
    var brokers = new ArrayList<Greeting.Address>();
    var unreached = new ArrayList<Finding>();
    greeted.forEach(
        (address, found) -> {
          if (found instanceof Greeting.Answered(var all)) {
            brokers.addAll(all);
          } else {
            unreached.add(Unreached.bootstrap(address, found));
          }
        });
    if (unreached.size() == greeted.size()) {
      return unreached;
    }
    var advertised = advertised(brokers.stream().distinct().toList(), greeted);
    return advertised.isEmpty() ? facts() : advertised;
  }

  private boolean plaintext() {
    return "PLAINTEXT".equals(kafka.common().getOrDefault("security.protocol", "PLAINTEXT"));
  }

  private List<Finding> facts() {
    try (var admin = FactsReader.admin(kafka)) {
      var read = FactsReader.read(admin);
      if (!read.findings().isEmpty()) {
        return read.findings();
      }
      var findings = Fitness.findings(read.facts(), replication);
      // Groups and transactions are asked of topics that brokers may not be able to make.
      return findings.isEmpty() ? Fitness.denied(RightsReader.denied(admin, rights)) : findings;
    }
  }

  /** Where some of the brokers can be reached, the others may be restarting. */
  private static List<Finding> advertised(
      List<Greeting.Address> brokers, Map<Greeting.Address, Greeting.Found> greeted) {
    var all =
        new LinkedHashMap<>(
            greet(brokers.stream().filter(broker -> !greeted.containsKey(broker)).toList()));
    brokers.forEach(broker -> all.computeIfAbsent(broker, greeted::get));
    var unreached = new ArrayList<Finding>();
    all.forEach(
        (address, found) -> {
          if (!(found instanceof Greeting.Answered)) {
            unreached.add(Unreached.advertised(address, found));
          }
        });
    if (unreached.size() < all.size()) {
      unreached.forEach(
          finding -> LOG.warn("{} {}", finding.cause().what(), finding.cause().why()));
      return List.of();
    }
    return unreached;
  }

  private static Map<Greeting.Address, Greeting.Found> greet(List<Greeting.Address> addresses) {
    var asked = new LinkedHashMap<Greeting.Address, FutureTask<Greeting.Found>>();
    for (var address : addresses) {
      var task = new FutureTask<>(() -> Greeting.at(address));
      asked.put(address, task);
      Thread.ofVirtual().name("greet-" + address).start(task);
    }
    var all = new LinkedHashMap<Greeting.Address, Greeting.Found>();
    asked.forEach((address, task) -> all.put(address, outcome(task)));
    return all;
  }

  private static Greeting.Found outcome(FutureTask<Greeting.Found> task) {
    try {
      return task.get();
    } catch (ExecutionException e) {
      return new Greeting.Silent("can't be talked to: " + e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Greeting.Silent("was not waited for");
    }
  }
}
