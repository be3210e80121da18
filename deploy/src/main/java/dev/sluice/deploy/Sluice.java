package dev.sluice.deploy;

import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.coordinator.shell.CoordinatorCommand;
import dev.sluice.coordinator.shell.audit.AuditCommand;
import dev.sluice.deploy.quickstart.QuickstartCommand;
import dev.sluice.deploy.settings.SettingsCommand;
import dev.sluice.deploy.standalone.UpCommand;
import dev.sluice.planner.command.AdmissionJudge;
import dev.sluice.planner.command.PlanCommand;
import dev.sluice.platform.process.ServiceOutput;
import dev.sluice.platform.process.Trouble;
import dev.sluice.producer.cli.ClientCommands;
import dev.sluice.producer.cli.ExitCode;
import dev.sluice.producer.cli.ExplainCommand;
import dev.sluice.producer.cli.ProducerCommand;
import dev.sluice.schemas.codec.WireSchemas;
import dev.sluice.schemas.problem.NearestName;
import dev.sluice.worker.WorkerCommand;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command {@code sluice}: every process and every tool of the project is one of its
 * subcommands.
 *
 * <p>Exit codes are those of {@link dev.sluice.producer.cli.ExitCode}. Answers go to stdout,
 * everything else to stderr.
 */
@Command(
    name = "sluice",
    description = "Machine-learning jobs, training and inference, over Apache Kafka.",
    mixinStandardHelpOptions = true,
    versionProvider = Sluice.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n")
public final class Sluice implements Runnable {
  /** What these log is news for whoever runs them; the others only answer. */
  private static final Set<String> SERVICES = Set.of("up", "producer", "coordinator", "worker");

  /** What runs a cluster or a part of one, in the order of the help. */
  private static final Map<String, Supplier<Object>> PROCESSES = processes();

  private static final String LOG_LEVEL = "SLUICE_LOG";

  @Spec private CommandSpec spec;

  public static void main(String[] args) {
    // Kafka's broker and its tools write numbers in the digits of the default locale and can't read
    // them back, so before anything else: what Sluice writes and reads is the same everywhere.
    Locale.setDefault(Locale.ROOT);
    if (System.getenv(LOG_LEVEL) == null && Arrays.stream(args).noneMatch(SERVICES::contains)) {
      // Before the first logger is made: logback.xml reads it.
      System.setProperty(LOG_LEVEL, "warn");
    }
    var process = args.length == 0 ? null : PROCESSES.get(args[0]);
    if (process != null) {
      preload();
    }
    var commandLine = process == null ? commandLine() : alone(process.get());
    System.exit(commandLine.execute(args));
  }

  /** Looking through all other commands by reflection would be a seventh of a process's start. */
  private static CommandLine alone(Object process) {
    return configured(new CommandLine(new Sluice()).addSubcommand(process));
  }

  private static Map<String, Supplier<Object>> processes() {
    var all = new LinkedHashMap<String, Supplier<Object>>();
    all.put("quickstart", QuickstartCommand::new);
    all.put("up", UpCommand::new);
    all.put("producer", ProducerCommand::new);
    all.put("coordinator", CoordinatorCommand::new);
    all.put("worker", WorkerCommand::new);
    return all;
  }

  /**
   * Parses catalogue and schemas beside what the start does meanwhile: each is a seventh of it, and
   * whoever needs them waits for this. What fails here fails there again.
   */
  private static void preload() {
    // Two threads that ask for the first logger at one time are warned of that on standard error.
    LoggerFactory.getILoggerFactory();
    Thread.ofPlatform()
        .name("preload")
        .daemon()
        .start(
            () -> {
              var _ = WireSchemas.byFingerprint();
              var _ = CatalogueFiles.builtIn();
            });
  }

  /** The parsed command tree; tests run commands through it without ending the JVM. */
  public static CommandLine commandLine() {
    var sluice = new CommandLine(new Sluice());
    PROCESSES.values().forEach(process -> sluice.addSubcommand(process.get()));
    ClientCommands.ALL.forEach(sluice::addSubcommand);
    ClientCommands.WITHOUT_SERVER.forEach(sluice::addSubcommand);
    ServiceLoader.load(Subcommand.class).forEach(sluice::addSubcommand);
    sluice
        .addSubcommand(new ExplainCommand(new AdmissionJudge()))
        .addSubcommand(PlanCommand.class)
        .addSubcommand(AuditCommand.class)
        .addSubcommand(SettingsCommand.class)
        .addSubcommand(HelpCommand.class);
    return configured(sluice);
  }

  private static CommandLine configured(CommandLine sluice) {
    return sluice
        .registerConverter(Path.class, Sluice::path)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Sluice::wrongUsage);
  }

  /** Picocli's own would name the exception. */
  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new TypeConversionException("'%s' is no path: %s".formatted(text, e.getReason()));
    }
  }

  /** One error with what may have been meant, and where to read on; not a page of help. */
  private static int wrongUsage(ParameterException wrong, String[] arguments) {
    var commandLine = wrong.getCommandLine();
    boolean json = List.of(arguments).contains("--json");
    var output = new ServiceOutput(commandLine.getOut(), commandLine.getErr(), json);
    output.error(Trouble.BAD_INPUT, wrong.getMessage() + suggestion(wrong));
    commandLine.getErr().printf("See %s --help.%n", commandLine.getCommandSpec().qualifiedName());
    commandLine.getErr().flush();
    return ExitCode.BAD_INPUT.code();
  }

  private static String suggestion(ParameterException wrong) {
    if (!(wrong instanceof UnmatchedArgumentException unmatched)) {
      return "";
    }
    var command = unmatched.getCommandLine();
    var known = new ArrayList<>(command.getCommandSpec().optionsMap().keySet());
    known.addAll(command.getSubcommands().keySet());
    var meant = NearestName.of(unmatched.getUnmatched().getFirst(), known);
    return meant == null ? "" : ". Did you mean " + meant + "?";
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a command; see sluice --help");
  }

  /** The version in the jar's manifest, and the Java it runs on. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Sluice.class.getPackage().getImplementationVersion();
      return new String[] {
        "sluice " + (version == null ? "(not from a jar)" : version),
        "Java " + Runtime.version() + " on " + System.getProperty("os.arch")
      };
    }
  }
}
