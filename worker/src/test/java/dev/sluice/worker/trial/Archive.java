package dev.sluice.worker.trial;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** Files inside a TorchScript file, which is a ZIP archive without compression. */
final class Archive {
  private Archive() {}

  /** The archive with another text in the file whose name ends so. */
  static byte[] replace(Path archive, String ending, UnaryOperator<String> text)
      throws IOException {
    var out = new ByteArrayOutputStream();
    try (var from = new ZipFile(archive.toFile());
        var to = new ZipOutputStream(out)) {
      for (var entry : Collections.list(from.entries())) {
        var bytes = from.getInputStream(entry).readAllBytes();
        if (entry.getName().endsWith(ending)) {
          var changed = text.apply(new String(bytes, StandardCharsets.UTF_8));
          bytes = changed.getBytes(StandardCharsets.UTF_8);
        }
        var stored = new ZipEntry(entry.getName());
        stored.setMethod(ZipEntry.STORED);
        stored.setSize(bytes.length);
        var crc = new CRC32();
        crc.update(bytes);
        stored.setCrc(crc.getValue());
        to.putNextEntry(stored);
        to.write(bytes);
        to.closeEntry();
      }
    }
    return out.toByteArray();
  }
}
