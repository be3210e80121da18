package dev.sluice.deploy.simulation;

import dev.sluice.deploy.broker.EmbeddedBroker;
import dev.sluice.platform.kafka.KafkaSettings;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;

/** A real broker that can be away for a while. */
final class RestartableBroker implements AutoCloseable {

  private final Path dir;
  private final int port;
  private final Admin admin;
  private final AtomicInteger plays = new AtomicInteger();
  private EmbeddedBroker broker;

  RestartableBroker(Path dir) {
    this.dir = dir;
    broker = EmbeddedBroker.start(dir);
    port = broker.port();
    admin = Admin.create(kafka().admin());
  }

  KafkaSettings kafka() {
    return KafkaSettings.of(broker.bootstrapServers());
  }

  Admin admin() {
    return admin;
  }

  /** A number that no other play has, so that plays share nothing but the broker. */
  int play() {
    return plays.incrementAndGet();
  }

  /** Stops; does something meanwhile; starts again. */
  void restart(Runnable meanwhile) {
    broker.close();
    meanwhile.run();
    broker = EmbeddedBroker.start(dir, port);
  }

  @Override
  public void close() {
    admin.close();
    broker.close();
  }
}
