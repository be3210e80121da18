package dev.sluice.chaos;

import dev.sluice.chaos.Load.Task;
import dev.sluice.producer.spec.FileReference;
import dev.sluice.producer.spec.JobFile;
import dev.sluice.producer.spec.JobFileResult;
import dev.sluice.schemas.wire.JobSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;

/** The jobs of a campaign, from files beside the launcher {@code deploy/sluice}. */
record CampaignJobs(Producers producers) {
  private static final String FOLDER = "chaos/jobs";

  /** 1.2 million parameters in blocks of {@link dev.sluice.schemas.topics.Topic#BLOCK_FLOATS}. */
  private static final int WIDE_BLOCKS = 5;

  /** The quickstart's data do. */
  private static final String DATA = "quickstart.d";

  /** A small network: many steps. */
  Task digits() throws Producers.Unavailable, InterruptedException {
    return task("digits", 1);
  }

  /** A network of several blocks: every coordinator folds a part of it. */
  Task wide() throws Producers.Unavailable, InterruptedException {
    return task("wide", WIDE_BLOCKS);
  }

  /** All rows answered by the first version of either model. */
  List<Task> inference() throws Producers.Unavailable, InterruptedException {
    return List.of(task("infer-digits", 0), task("infer-wide", 0));
  }

  private Task task(String name, int blocks) throws Producers.Unavailable, InterruptedException {
    return new Task(name, spec(name + ".yaml"), blocks);
  }

  private JobSpec spec(String name) throws Producers.Unavailable, InterruptedException {
    var launcher = Path.of(System.getProperty("sluice.launcher", "deploy/sluice")).toAbsolutePath();
    var folder = launcher.resolveSibling(FOLDER);
    var data = launcher.resolveSibling(DATA);
    JobFileResult result;
    try {
      result = JobFile.parse(Files.readString(folder.resolve(name)));
    } catch (IOException e) {
      throw new Producers.Unavailable(
          "%s can't be read (%s). Run deploy/sluice from a checkout."
              .formatted(folder.resolve(name), e),
          e);
    }
    return switch (result) {
      case JobFileResult.Parsed parsed -> {
        var digests = new HashMap<FileReference, String>();
        for (var file : parsed.files()) {
          digests.put(
              file, producers.call(client -> client.upload(data.resolve(file.file()))).artifact());
        }
        yield parsed.resolve(digests);
      }
      case JobFileResult.Invalid(var problems) ->
          throw new Producers.Unavailable(
              folder.resolve(name) + " is wrong: " + problems, new IllegalArgumentException(name));
    };
  }
}
