package dev.sluice.worker.queue;

import dev.sluice.schemas.wire.Task;

/**
 * A task that this worker holds until it is settled.
 *
 * @param key names this holding; a task that is taken twice has two
 * @param task what to do
 * @param delivery how often the broker has delivered this task, from 1
 */
public record HeldTask(String key, Task task, int delivery) {}
