package dev.sluice.accelerators.catalogue;

import dev.sluice.platform.config.ConfigProblem;
import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.problem.Utf8;
import dev.sluice.schemas.wire.Code;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** Gets catalogue files: those that ship with Sluice, and an operator's. */
public final class CatalogueFiles {

  /** Environment variable with the files and directories of an operator's models. */
  public static final String ENVIRONMENT = "SLUICE_CATALOGUE";

  /** Most files that are read at once. */
  public static final int FILES_MAX = 1_000;

  /** Largest file; {@link dev.sluice.platform.document.Document} bounds its text again. */
  private static final long FILE_BYTES_MAX = 4L * 1024 * 1024;

  /** One file for each vendor, in {@code resources}. */
  private static final List<String> VENDORS =
      List.of(
          "amd.yaml",
          "aws.yaml",
          "furiosa.yaml",
          "google.yaml",
          "intel.yaml",
          "intel-habana.yaml",
          "nvidia.yaml",
          "qualcomm.yaml",
          "rebellions.yaml");

  private static final Pattern NAME = Pattern.compile(".+\\.(ya?ml|json)");

  private static final Catalogue BUILT_IN = shipped();

  private CatalogueFiles() {}

  /** The models that ship with Sluice. */
  public static Catalogue builtIn() {
    return BUILT_IN;
  }

  /** The models that ship with Sluice and those of an operator's files or directories. */
  public static CatalogueResult load(List<Path> files) {
    return load(BUILT_IN, files);
  }

  /**
   * The models that ship with Sluice and those of the files that {@link #ENVIRONMENT} names: what
   * every process of a cluster goes by.
   *
   * @throws ConfigProblem with every mistake in these files
   */
  public static Catalogue ofEnvironment() {
    var list = System.getenv(ENVIRONMENT);
    if (list == null || list.isBlank()) {
      return BUILT_IN;
    }
    return switch (load(BUILT_IN, paths(list))) {
      case CatalogueResult.Sound(var catalogue) -> catalogue;
      case CatalogueResult.Invalid(var problems) -> throw new ConfigProblem(problems);
    };
  }

  /** The paths in a list such as that of {@link #ENVIRONMENT}, separated as the platform does. */
  public static List<Path> paths(String list) {
    return Arrays.stream(list.split(Pattern.quote(File.pathSeparator), -1))
        .filter(path -> !path.isBlank())
        .map(Path::of)
        .toList();
  }

  /**
   * A catalogue with an operator's models.
   *
   * @param base the catalogue to add to
   * @param files files, or directories whose {@code .yaml}, {@code .yml} and {@code .json} files
   *     are meant
   */
  public static CatalogueResult load(Catalogue base, List<Path> files) {
    // Somewhere it is tomorrow already.
    return load(base, files, LocalDate.now(ZoneOffset.UTC).plusDays(1));
  }

  static CatalogueResult load(Catalogue base, List<Path> files, LocalDate latest) {
    var problems = new Problems();
    var texts = new ArrayList<CatalogueText>();
    for (var file : expand(files, problems)) {
      read(file, texts, problems);
    }
    return problems.any() ? new CatalogueResult.Invalid(problems.list()) : base.with(texts, latest);
  }

  private static List<Path> expand(List<Path> paths, Problems problems) {
    var files = new ArrayList<Path>();
    for (var path : paths) {
      if (!Files.isDirectory(path)) {
        files.add(path);
        continue;
      }
      try (var inside = Files.list(path)) {
        inside
            .filter(file -> NAME.matcher(file.getFileName().toString()).matches())
            .filter(Files::isRegularFile)
            .sorted()
            .limit(FILES_MAX + 1L)
            .forEach(files::add);
      } catch (IOException | UncheckedIOException e) {
        unreadable(path, "directory", e, problems);
      }
    }
    if (files.size() > FILES_MAX) {
      problems.add(
          Code.TOO_MANY,
          paths.getFirst().toString(),
          "There are more than " + FILES_MAX + " catalogue files.",
          "That many are read at most.",
          "Name fewer files, or a directory that holds nothing else.");
      return List.of();
    }
    return files;
  }

  private static void read(Path file, List<CatalogueText> texts, Problems problems) {
    try {
      if (!Files.isRegularFile(file)) {
        problems.add(
            Code.NO_SUCH_FILE,
            file.toString(),
            "There is no file " + file + ".",
            "It was named as a part of the catalogue.",
            "Put the file there, or correct the path.");
      } else if (Files.size(file) > FILE_BYTES_MAX) {
        problems.add(
            Code.TOO_LARGE,
            file.toString(),
            "The file has " + Files.size(file) + " bytes.",
            "A catalogue file has at most " + FILE_BYTES_MAX + ".",
            "Name another file, or give every vendor one of its own.");
      } else {
        Utf8.decode(Files.readAllBytes(file), "catalogue file", file.toString(), problems)
            .ifPresent(text -> texts.add(new CatalogueText(file.toString(), text)));
      }
    } catch (IOException e) {
      unreadable(file, "file", e, problems);
    }
  }

  private static void unreadable(Path path, String noun, Exception why, Problems problems) {
    problems.add(
        Code.UNREADABLE_FILE,
        path.toString(),
        "The " + noun + " can't be read.",
        String.valueOf(why.getMessage()),
        "See that it is there and that you may read it.");
  }

  private static Catalogue shipped() {
    var texts = new ArrayList<CatalogueText>();
    for (var vendor : VENDORS) {
      try (var resource = CatalogueFiles.class.getResourceAsStream(vendor)) {
        if (resource == null) {
          throw new IllegalStateException("The catalogue file " + vendor + " is not in the jar.");
        }
        texts.add(
            new CatalogueText(vendor, new String(resource.readAllBytes(), StandardCharsets.UTF_8)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    var programs = new Catalogue(List.of(Catalogue.HOST_CPU));
    return switch (programs.with(texts)) {
      case CatalogueResult.Sound(var catalogue) -> catalogue;
      case CatalogueResult.Invalid(var problems) ->
          throw new IllegalStateException("The shipped catalogue has mistakes: " + problems);
    };
  }
}
