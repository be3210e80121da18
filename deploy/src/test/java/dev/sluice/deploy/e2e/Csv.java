package dev.sluice.deploy.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Small data sets of known truth, the same whenever they are made. */
final class Csv {
  private static final long SEED = 20_250_101;

  private Csv() {}

  /** Points in a square; {@code inside} says yes or no to being in a circle of half its area. */
  static Path circles(Path dir, int rows) throws IOException {
    var random = new Random(SEED);
    var lines = new ArrayList<String>(List.of("x,inside,y"));
    for (int i = 0; i < rows; i++) {
      double x = random.nextDouble(-1, 1);
      double y = random.nextDouble(-1, 1);
      lines.add(
          String.format(
              Locale.ROOT, "%.5f,%s,%.5f", x, x * x + y * y < 2 / Math.PI ? "yes" : "no", y));
    }
    return write(dir.resolve("circles.csv"), lines);
  }

  /** {@code price} is 3 a - 2 b + 5 and a little noise; {@code c} says nothing. */
  static Path prices(Path dir, int rows) throws IOException {
    var random = new Random(SEED);
    var lines = new ArrayList<String>(List.of("a,b,c,price"));
    for (int i = 0; i < rows; i++) {
      double a = random.nextDouble(0, 10);
      double b = random.nextDouble(0, 10);
      double price = 3 * a - 2 * b + 5 + 0.1 * random.nextGaussian();
      lines.add(
          String.format(Locale.ROOT, "%.5f,%.5f,%.5f,%.5f", a, b, random.nextDouble(), price));
    }
    return write(dir.resolve("prices.csv"), lines);
  }

  static Path write(Path file, List<String> lines) throws IOException {
    return Files.write(file, lines);
  }
}
