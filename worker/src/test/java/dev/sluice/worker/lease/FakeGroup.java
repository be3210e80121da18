package dev.sluice.worker.lease;

import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Task;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** A share group that notes what it is asked for, and has tests decide what comes of it. */
final class FakeGroup implements ShareGroup {

  /**
   * Members that have joined and not left, by what they take: {@code normal}, {@code normal*16}.
   */
  final Map<Integer, String> members = new LinkedHashMap<>();

  final List<Integer> asked = new ArrayList<>();
  final List<String> done = new ArrayList<>();
  final List<String> released = new ArrayList<>();
  final List<List<Found>> renewals = new ArrayList<>();
  final List<Integer> left = new ArrayList<>();
  final List<String> letters = new ArrayList<>();
  private int renewing;

  /** A record of a test. */
  static final class FakeRecord implements Found {
    final String name;
    private final int delivery;
    private final List<String> letters;
    Content content;

    private FakeRecord(String name, int delivery, Content content, List<String> letters) {
      this.name = name;
      this.delivery = delivery;
      this.content = content;
      this.letters = letters;
    }

    @Override
    public int delivery() {
      return delivery;
    }

    @Override
    public Content read(long nowMs) {
      return content;
    }

    @Override
    public void putAway(String key) {
      letters.add(key);
    }
  }

  FakeRecord record(Task task, int delivery) {
    return new FakeRecord(task.taskId(), delivery, new Content.OfTask(task), letters);
  }

  FakeRecord record(String name, Content content) {
    return new FakeRecord(name, 1, content, letters);
  }

  /** Topics that members look for records in. */
  List<String> looksIn() {
    return new TreeSet<>(asked).stream().map(members::get).toList();
  }

  /** The member that takes this and was asked. */
  int member(String takes) {
    return asked.stream().filter(id -> takes.equals(members.get(id))).findFirst().orElseThrow();
  }

  @Override
  public void join(int member, Priority priority, int recordsMax) {
    var name = priority.name().toLowerCase(java.util.Locale.ROOT);
    members.put(member, recordsMax == 1 ? name : name + "*" + recordsMax);
  }

  @Override
  public void ask(int member) {
    asked.add(member);
  }

  @Override
  public void settle(int member, List<Found> done, List<Found> released) {
    done.forEach(each -> this.done.add(((FakeRecord) each).name));
    released.forEach(each -> this.released.add(((FakeRecord) each).name));
  }

  @Override
  public void renew(int member, Collection<Found> held) {
    renewing = member;
    renewals.add(List.copyOf(held));
  }

  /** Who has asked for the last renewal. */
  int renewing() {
    return renewing;
  }

  @Override
  public void leave(int member) {
    members.remove(member);
    left.add(member);
    asked.remove(Integer.valueOf(member));
  }
}
