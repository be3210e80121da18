package dev.sluice.worker.serve;

import dev.sluice.worker.rows.Taken;
import dev.sluice.worker.serve.RowsRecords.Item;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Answers and reports the tasks of a round; letters go about what is none. For one thread. */
final class RowsWork implements AutoCloseable {

  private final RowsQueue.Tools tools;
  private final AtomicLong finished = new AtomicLong();
  private volatile long answered;

  RowsWork(RowsQueue.Tools tools) {
    this.tools = tools;
  }

  /** Returns when all reports are stored, or can't be; each item knows which. */
  @Nullable Void perform(List<Item> round) throws InterruptedException {
    var sent = new CountDownLatch(round.size());
    var itemOf = new IdentityHashMap<Taken, Item>();
    var tasks = new ArrayList<Taken>(round.size());
    for (var item : round) {
      var task = item.task();
      var unread = item.unread();
      if (task != null) {
        itemOf.put(task, item);
        tasks.add(task);
      } else if (unread != null) {
        RowsQueue.sayLetter(item, unread.why());
        tools.reports().deadLetter(item.letter(unread), failure -> note(item, failure, sent));
      }
    }
    tools
        .server()
        .answer(
            tasks,
            (task, outcome) ->
                tools
                    .reports()
                    .tasks()
                    .ended(
                        task.task(), outcome, failure -> note(item(itemOf, task), failure, sent)));
    answered = tools.server().answered();
    tools.flush().run();
    sent.await();
    return null;
  }

  private static Item item(IdentityHashMap<Taken, Item> itemOf, Taken task) {
    var item = itemOf.get(task);
    if (item == null) {
      throw new IllegalStateException("a task was answered that was not asked");
    }
    return item;
  }

  private void note(Item item, @Nullable Exception failure, CountDownLatch sent) {
    if (failure == null) {
      item.stored();
      finished.incrementAndGet();
    }
    sent.countDown();
  }

  long finished() {
    return finished.get();
  }

  long answered() {
    return answered;
  }

  @Override
  public void close() {
    tools.server().close();
    for (var part : List.of(tools.versions(), tools.models())) {
      try {
        part.close();
      } catch (Exception e) {
        throw new IllegalStateException("a part can't be closed", e);
      }
    }
  }
}
