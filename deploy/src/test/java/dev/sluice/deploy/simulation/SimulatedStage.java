package dev.sluice.deploy.simulation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The log as the simulation has it, handing out the oldest record first. */
final class SimulatedStage implements Stage {

  private static final long TRANSACTION_MS_MAX = 1_000;

  private final SimulatedNetwork network = new SimulatedNetwork(new SplittableRandom(1));
  private final Transactions transactions =
      new Transactions(network, this::nowMs, TRANSACTION_MS_MAX);
  private final PartitionLog<String> log = new PartitionLog<>(Scripts.LOG);
  private final TaskLane<String> queue;
  private final Map<String, Transactions.Producer> clients = new HashMap<>();
  private final Map<String, TaskLane.Entry<String>> held = new HashMap<>();
  private final Map<String, Integer> offsets = new HashMap<>();
  private long nowMs;

  SimulatedStage(Script script) {
    queue = new TaskLane<>(Scripts.QUEUE, free -> 0, script.deliveriesMax(), false);
  }

  private long nowMs() {
    return nowMs;
  }

  @Override
  public String play(Script.Action action) {
    return switch (action) {
      case Script.Action.Write(var topic, var value) -> write(topic, List.of(value));
      case Script.Action.WriteToRestarting(var topic, var values) -> {
        queue.restart();
        yield write(topic, values);
      }
      case Script.Action.Init(var client, var id) -> {
        clients.put(client, transactions.init(id));
        yield "done";
      }
      case Script.Action.Begin(var client) -> {
        client(client).begin();
        yield "done";
      }
      case Script.Action.Send(var client, var topic, var value) -> send(client, topic, value);
      case Script.Action.Commit(var client) -> {
        boolean committed = client(client).commit();
        arrive();
        yield committed ? "done" : "refused";
      }
      case Script.Action.Abort(var client) -> {
        client(client).abort();
        arrive();
        yield "done";
      }
      case Script.Action.Expire expire -> {
        nowMs += TRANSACTION_MS_MAX;
        transactions.expire();
        arrive();
        yield "aborted";
      }
      case Script.Action.Committed(var topic) -> read(topic, 0);
      case Script.Action.All(var topic) -> all(topic);
      case Script.Action.Trim(var topic, var before) -> {
        log(topic).trim(offset(before));
        yield "done";
      }
      case Script.Action.ReadFrom(var topic, var value) ->
          offset(value) < log(topic).beginning() ? "out of range" : read(topic, offset(value));
      case Script.Action.Ask ask -> "asked";
      case Script.Action.Got(var member) -> got(member);
      case Script.Action.Accept(var member) ->
          queue.acknowledge(entry(member), member) ? "done" : "refused";
      case Script.Action.Release(var member) ->
          queue.release(entry(member), member) ? "done" : "refused";
      case Script.Action.LockEnds(var member) -> {
        queue.release(entry(member), member);
        yield "free";
      }
      case Script.Action.Leave(var member) -> {
        queue.release(entry(member), member);
        yield "gone";
      }
      case Script.Action.Restart restart -> {
        queue.restart();
        yield "up";
      }
    };
  }

  private String write(String topic, List<String> values) {
    for (var value : values) {
      network.send("writer", topic, () -> offsets.put(value, log(topic).append(value)));
    }
    network.flush("writer", topic);
    return "stored";
  }

  private String send(String client, String topic, String value) {
    offsets.put(value, log(topic).end());
    client(client).send(log(topic), value);
    return "sent";
  }

  private void arrive() {
    while (!network.isEmpty()) {
      network.deliverOne();
    }
  }

  private String read(String topic, int from) {
    var log = log(topic);
    return values(Math.max(from, log.beginning()), log.stable(), log::committed);
  }

  private String all(String topic) {
    var log = log(topic);
    return values(log.beginning(), log.end(), log::any);
  }

  private static String values(int from, int until, IntFunction<@Nullable String> at) {
    return IntStream.range(from, until).mapToObj(at).filter(Objects::nonNull).toList().toString();
  }

  private String got(String member) {
    var entry = queue.acquire(member);
    if (entry == null) {
      return "nothing";
    }
    held.put(member, entry);
    return entry.task + " (" + entry.deliveries + ")";
  }

  private Transactions.Producer client(String client) {
    return present(clients.get(client));
  }

  private TaskLane.Entry<String> entry(String member) {
    return present(held.get(member));
  }

  private int offset(String value) {
    return present(offsets.get(value));
  }

  private static <T> T present(@Nullable T part) {
    return Objects.requireNonNull(part, "the script names what it has not made");
  }

  private PartitionLog<String> log(String topic) {
    return topic.equals(Scripts.QUEUE) ? queue.log() : log;
  }

  @Override
  public void close() {}
}
