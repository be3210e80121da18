package dev.sluice.deploy.simulation;

import dev.sluice.deploy.simulation.Script.Action;
import dev.sluice.deploy.simulation.Script.Action.Abort;
import dev.sluice.deploy.simulation.Script.Action.Accept;
import dev.sluice.deploy.simulation.Script.Action.All;
import dev.sluice.deploy.simulation.Script.Action.Ask;
import dev.sluice.deploy.simulation.Script.Action.Begin;
import dev.sluice.deploy.simulation.Script.Action.Commit;
import dev.sluice.deploy.simulation.Script.Action.Committed;
import dev.sluice.deploy.simulation.Script.Action.Expire;
import dev.sluice.deploy.simulation.Script.Action.Got;
import dev.sluice.deploy.simulation.Script.Action.Init;
import dev.sluice.deploy.simulation.Script.Action.Leave;
import dev.sluice.deploy.simulation.Script.Action.LockEnds;
import dev.sluice.deploy.simulation.Script.Action.ReadFrom;
import dev.sluice.deploy.simulation.Script.Action.Release;
import dev.sluice.deploy.simulation.Script.Action.Restart;
import dev.sluice.deploy.simulation.Script.Action.Send;
import dev.sluice.deploy.simulation.Script.Action.Trim;
import dev.sluice.deploy.simulation.Script.Action.Write;
import dev.sluice.deploy.simulation.Script.Action.WriteToRestarting;
import java.util.ArrayList;
import java.util.List;

/** What the simulation takes for granted about Kafka. */
final class Scripts {

  /** Topics of a script; the share group reads the queue. */
  static final String LOG = "log";

  static final String QUEUE = "queue";

  private Scripts() {}

  static List<Script> all() {
    var scripts = new ArrayList<>(transactions());
    scripts.addAll(fencing());
    scripts.addAll(trimming());
    scripts.addAll(queue());
    scripts.addAll(queueOfTransactions());
    scripts.addAll(restarts());
    return scripts;
  }

  private static List<Script> transactions() {
    return List.of(
        script("what was aborted is never read as committed")
            .does(new Init("a", "id"), "done")
            .does(new Begin("a"), "done")
            .does(new Send("a", LOG, "1"), "sent")
            .does(new Abort("a"), "done")
            .does(new Write(LOG, "2"), "stored")
            .does(new Committed(LOG), "[2]")
            .does(new All(LOG), "[1, 2]")
            .end(),
        script("an open transaction holds up whoever reads committed records")
            .does(new Init("a", "id"), "done")
            .does(new Begin("a"), "done")
            .does(new Write(LOG, "0"), "stored")
            .does(new Send("a", LOG, "1"), "sent")
            .does(new Write(LOG, "2"), "stored")
            .does(new Committed(LOG), "[0]")
            .does(new All(LOG), "[0, 1, 2]")
            .does(new Commit("a"), "done")
            .does(new Committed(LOG), "[0, 1, 2]")
            .end(),
        script("records stand in the order of writing, not of commits")
            .does(new Init("a", "id"), "done")
            .does(new Init("b", "other"), "done")
            .does(new Begin("a"), "done")
            .does(new Begin("b"), "done")
            .does(new Send("a", LOG, "1"), "sent")
            .does(new Send("b", LOG, "2"), "sent")
            .does(new Send("a", LOG, "3"), "sent")
            .does(new Commit("b"), "done")
            .does(new Committed(LOG), "[]")
            .does(new Commit("a"), "done")
            .does(new Committed(LOG), "[1, 2, 3]")
            .end(),
        script("a transaction is in all its topics or in none")
            .does(new Init("a", "id"), "done")
            .does(new Begin("a"), "done")
            .does(new Send("a", LOG, "1"), "sent")
            .does(new Send("a", QUEUE, "2"), "sent")
            .does(new Abort("a"), "done")
            .does(new Begin("a"), "done")
            .does(new Send("a", LOG, "3"), "sent")
            .does(new Send("a", QUEUE, "4"), "sent")
            .does(new Commit("a"), "done")
            .does(new Committed(LOG), "[3]")
            .does(new Committed(QUEUE), "[4]")
            .end());
  }

  private static List<Script> fencing() {
    return List.of(
        script("the next with an id ends what the one before left open")
            .does(new Init("a", "id"), "done")
            .does(new Begin("a"), "done")
            .does(new Send("a", LOG, "1"), "sent")
            .does(new Init("b", "id"), "done")
            .does(new Write(LOG, "2"), "stored")
            .does(new Committed(LOG), "[2]")
            .does(new Commit("a"), "refused")
            .does(new Committed(LOG), "[2]")
            .end(),
        script("a zombie writes nothing that is seen")
            .does(new Init("a", "id"), "done")
            .does(new Init("b", "id"), "done")
            .does(new Begin("b"), "done")
            .does(new Send("b", LOG, "1"), "sent")
            .does(new Begin("a"), "done")
            .does(new Send("a", LOG, "2"), "sent")
            .does(new Commit("a"), "refused")
            .does(new Commit("b"), "done")
            .does(new Committed(LOG), "[1]")
            .end(),
        script("what was committed before is kept by the next with the id")
            .does(new Init("a", "id"), "done")
            .does(new Begin("a"), "done")
            .does(new Send("a", LOG, "1"), "sent")
            .does(new Commit("a"), "done")
            .does(new Init("b", "id"), "done")
            .does(new Committed(LOG), "[1]")
            .end(),
        script("a zombie that takes its id again fences the owner")
            .does(new Init("a", "id"), "done")
            .does(new Init("b", "id"), "done")
            .does(new Begin("b"), "done")
            .does(new Send("b", LOG, "1"), "sent")
            .does(new Init("again", "id"), "done")
            .does(new Commit("b"), "refused")
            .does(new Begin("again"), "done")
            .does(new Send("again", LOG, "2"), "sent")
            .does(new Commit("again"), "done")
            .does(new Committed(LOG), "[2]")
            .end(),
        script("a transaction that is too old is aborted, and its owner fenced")
            .does(new Init("a", "id"), "done")
            .does(new Begin("a"), "done")
            .does(new Send("a", LOG, "1"), "sent")
            .does(new Write(LOG, "2"), "stored")
            .does(new Expire("a"), "aborted")
            .does(new Committed(LOG), "[2]")
            .does(new Commit("a"), "refused")
            .does(new Init("b", "id"), "done")
            .does(new Begin("b"), "done")
            .does(new Send("b", LOG, "3"), "sent")
            .does(new Commit("b"), "done")
            .does(new Committed(LOG), "[2, 3]")
            .end());
  }

  private static List<Script> trimming() {
    return List.of(
        script("what was trimmed can't be read, and the rest stays")
            .does(new Write(LOG, "1"), "stored")
            .does(new Write(LOG, "2"), "stored")
            .does(new Write(LOG, "3"), "stored")
            .does(new Trim(LOG, "2"), "done")
            .does(new ReadFrom(LOG, "1"), "out of range")
            .does(new ReadFrom(LOG, "2"), "[2, 3]")
            .does(new Trim(LOG, "1"), "done")
            .does(new ReadFrom(LOG, "2"), "[2, 3]")
            .does(new All(LOG), "[2, 3]")
            .end(),
        script("a transaction is committed where part of it was trimmed")
            .does(new Init("a", "id"), "done")
            .does(new Begin("a"), "done")
            .does(new Send("a", LOG, "1"), "sent")
            .does(new Send("a", LOG, "2"), "sent")
            .does(new Commit("a"), "done")
            .does(new Trim(LOG, "2"), "done")
            .does(new Committed(LOG), "[2]")
            .end());
  }

  private static List<Script> queue() {
    return List.of(
        script("tasks are handed out in order, each to one member")
            .does(new Write(QUEUE, "1"), "stored")
            .does(new Write(QUEUE, "2"), "stored")
            .does(new Ask("a"), "asked")
            .does(new Got("a"), "1 (1)")
            .does(new Ask("b"), "asked")
            .does(new Got("b"), "2 (1)")
            .does(new Accept("a"), "done")
            .does(new Accept("b"), "done")
            .does(new Write(QUEUE, "3"), "stored")
            .does(new Ask("a"), "asked")
            .does(new Got("a"), "3 (1)")
            .end(),
        script("what is given back comes again before what is later")
            .does(new Write(QUEUE, "1"), "stored")
            .does(new Write(QUEUE, "2"), "stored")
            .does(new Ask("a"), "asked")
            .does(new Got("a"), "1 (1)")
            .does(new Release("a"), "done")
            .does(new Ask("b"), "asked")
            .does(new Got("b"), "1 (2)")
            .does(new Accept("b"), "done")
            .does(new Ask("b"), "asked")
            .does(new Got("b"), "2 (1)")
            .end(),
        script("whoever has lost its lock acknowledges nothing")
            .does(new Write(QUEUE, "1"), "stored")
            .does(new Ask("a"), "asked")
            .does(new Got("a"), "1 (1)")
            .does(new LockEnds("a"), "free")
            .does(new Ask("b"), "asked")
            .does(new Got("b"), "1 (2)")
            .does(new Accept("a"), "refused")
            .does(new Accept("b"), "done")
            .does(new Write(QUEUE, "2"), "stored")
            .does(new Ask("b"), "asked")
            .does(new Got("b"), "2 (1)")
            .end(),
        script("a member that is gone leaves its task to another")
            .does(new Write(QUEUE, "1"), "stored")
            .does(new Write(QUEUE, "2"), "stored")
            .does(new Ask("a"), "asked")
            .does(new Got("a"), "1 (1)")
            .does(new Leave("a"), "gone")
            .does(new Ask("b"), "asked")
            .does(new Got("b"), "1 (2)")
            .end(),
        script("the brokers give up on what was given back too often", 2)
            .does(new Write(QUEUE, "1"), "stored")
            .does(new Write(QUEUE, "2"), "stored")
            .does(new Ask("a"), "asked")
            .does(new Got("a"), "1 (1)")
            .does(new Release("a"), "done")
            .does(new Ask("a"), "asked")
            .does(new Got("a"), "1 (2)")
            .does(new Release("a"), "done")
            .does(new Ask("a"), "asked")
            .does(new Got("a"), "2 (1)")
            .end(),
        // The lock of the second delivery ends before that of c, so d would get it.
        script("the brokers give up on what outlasted its lock too often", 2)
            .does(new Write(QUEUE, "1"), "stored")
            .does(new Ask("a"), "asked")
            .does(new Got("a"), "1 (1)")
            .does(new LockEnds("a"), "free")
            .does(new Ask("b"), "asked")
            .does(new Got("b"), "1 (2)")
            .does(new Write(QUEUE, "2"), "stored")
            .does(new Ask("c"), "asked")
            .does(new Got("c"), "2 (1)")
            .does(new LockEnds("b"), "free")
            .does(new LockEnds("c"), "free")
            .does(new Ask("d"), "asked")
            .does(new Got("d"), "2 (2)")
            .end());
  }

  private static List<Script> queueOfTransactions() {
    return List.of(
        script("tasks of an aborted transaction are never handed out")
            .does(new Init("w", "id"), "done")
            .does(new Begin("w"), "done")
            .does(new Send("w", QUEUE, "1"), "sent")
            .does(new Abort("w"), "done")
            .does(new Begin("w"), "done")
            .does(new Send("w", QUEUE, "2"), "sent")
            .does(new Commit("w"), "done")
            .does(new Ask("a"), "asked")
            .does(new Got("a"), "2 (1)")
            .end(),
        script("an open transaction holds up the queue behind it")
            .does(new Init("w", "id"), "done")
            .does(new Begin("w"), "done")
            .does(new Send("w", QUEUE, "1"), "sent")
            .does(new Write(QUEUE, "2"), "stored")
            .does(new Ask("a"), "asked")
            .does(new Commit("w"), "done")
            .does(new Got("a"), "1 (1)")
            .does(new Accept("a"), "done")
            .does(new Ask("a"), "asked")
            .does(new Got("a"), "2 (1)")
            .end(),
        script("a queue behind a hung owner goes on when its transaction is too old")
            .does(new Init("w", "id"), "done")
            .does(new Begin("w"), "done")
            .does(new Send("w", QUEUE, "1"), "sent")
            .does(new Write(QUEUE, "2"), "stored")
            .does(new Ask("a"), "asked")
            .does(new Expire("w"), "aborted")
            .does(new Got("a"), "2 (1)")
            .end());
  }

  private static List<Script> restarts() {
    return List.of(
        script("brokers that start again forget who holds what, and deliveries not given back")
            .does(new Write(QUEUE, "1"), "stored")
            .does(new Write(QUEUE, "2"), "stored")
            .does(new Write(QUEUE, "3"), "stored")
            .does(new Ask("a"), "asked")
            .does(new Got("a"), "1 (1)")
            .does(new Accept("a"), "done")
            .does(new Ask("a"), "asked")
            .does(new Got("a"), "2 (1)")
            .does(new Release("a"), "done")
            .does(new Ask("a"), "asked")
            .does(new Got("a"), "2 (2)")
            .does(new Ask("b"), "asked")
            .does(new Got("b"), "3 (1)")
            .does(new Restart(), "up")
            .does(new Ask("c"), "asked")
            .does(new Got("c"), "2 (2)")
            .does(new Ask("d"), "asked")
            .does(new Got("d"), "3 (1)")
            .end(),
        script("records keep their order while brokers are away, and open transactions stay open")
            .does(new Init("a", "id"), "done")
            .does(new Begin("a"), "done")
            .does(new Write(LOG, "0"), "stored")
            .does(new Send("a", QUEUE, "t"), "sent")
            .does(new WriteToRestarting(LOG, List.of("1", "2", "3", "4")), "stored")
            .does(new Committed(LOG), "[0, 1, 2, 3, 4]")
            .does(new Committed(QUEUE), "[]")
            .does(new Commit("a"), "done")
            .does(new Committed(QUEUE), "[t]")
            .end());
  }

  private static Builder script(String name) {
    return script(name, 5);
  }

  private static Builder script(String name, int deliveriesMax) {
    return new Builder(name, deliveriesMax);
  }

  /** Makes a script step by step. */
  private static final class Builder {
    private final String name;
    private final int deliveriesMax;
    private final List<Script.Step> steps = new ArrayList<>();

    Builder(String name, int deliveriesMax) {
      this.name = name;
      this.deliveriesMax = deliveriesMax;
    }

    Builder does(Action action, String expected) {
      steps.add(new Script.Step(action, expected));
      return this;
    }

    Script end() {
      return new Script(name, deliveriesMax, List.copyOf(steps));
    }
  }
}
