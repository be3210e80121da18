package dev.sluice.benchmark.bare;

import dev.sluice.platform.kafka.KafkaSettings;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;

/** The least that a process of a cluster does at its start: a JVM, and one answer of the broker. */
public final class BareClient {
  /** What it says then. */
  public static final String READY = "The broker has answered.";

  private static final int ANSWER_S_MAX = 30;

  private BareClient() {}

  /** Asks once. */
  public static void run(String bootstrapServers)
      throws InterruptedException, ExecutionException, TimeoutException {
    try (var admin = Admin.create(KafkaSettings.of(bootstrapServers).admin())) {
      admin.describeCluster().clusterId().get(ANSWER_S_MAX, TimeUnit.SECONDS);
      System.out.println(READY);
      System.out.flush();
    }
  }
}
