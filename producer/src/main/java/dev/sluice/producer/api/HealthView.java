package dev.sluice.producer.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.sluice.producer.view.ReadingProgress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether the producer can do its work.
 *
 * @param live whether the process runs
 * @param ready whether it can serve requests
 * @param reasons what stands still, and why, in plain words; beside why it isn't ready also what
 *     goes on by itself after a while, such as a partition that waits for a schema
 * @param reading how far what is stored is read, before which nothing is answered; null once it was
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HealthView(
    boolean live, boolean ready, List<String> reasons, @Nullable ReadingProgress reading) {}
