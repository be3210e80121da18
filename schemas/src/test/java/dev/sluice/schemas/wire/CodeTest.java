package dev.sluice.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Codes are documented where their readers look, and each is given somewhere. */
class CodeTest {

  /** A test runs in its module's directory. */
  private static final Path PROJECT = Path.of("..");

  private static final Set<String> NO_SOURCES = Set.of("target", ".git");

  private static final Path SOURCE = Path.of("src/main/java/dev/sluice/schemas/wire/Code.java");

  /** A constant with its documentation, which is one sentence on one line. */
  private static final Pattern CONSTANT =
      Pattern.compile("/\\*\\* (.+) \\*/\\n  ([A-Z_]+)\\(Fault\\.");

  private static final Pattern GIVEN = Pattern.compile("\\bCode\\.([A-Z_]+)");

  @Test
  void everyCodeStandsInTheTableWithItsFaultAndMeaning() throws IOException {
    var table =
        CONSTANT
            .matcher(Files.readString(SOURCE))
            .results()
            .map(found -> row(Code.valueOf(found.group(2)), found.group(1)))
            .collect(Collectors.joining("\n", "|---|---|---|\n", "\n\n"));

    assertThat(table.lines().filter(line -> line.startsWith("| `"))).hasSameSizeAs(Code.values());
    assertThat(Files.readString(Path.of("codes.md"))).contains(table);
  }

  private static String row(Code code, String meaning) {
    return "| `%s` | %s | %s |"
        .formatted(word(code), word(code.fault()), meaning.replaceAll("\\{@code (.+?)}", "`$1`"));
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @Test
  void everyCodeIsGivenSomewhere() throws IOException {
    var unused = EnumSet.allOf(Code.class);
    unused.remove(Code.OTHER); // only what a reader takes a later one for
    Files.walkFileTree(
        PROJECT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return NO_SOURCES.contains(folder.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (isMainCode(file)) {
              GIVEN
                  .matcher(Files.readString(file))
                  .results()
                  .forEach(given -> unused.removeIf(code -> code.name().equals(given.group(1))));
            }
            return FileVisitResult.CONTINUE;
          }
        });
    assertThat(unused).isEmpty();
  }

  private static boolean isMainCode(Path file) {
    return file.toString().endsWith(".java") && file.toString().contains("/src/main/java/");
  }
}
