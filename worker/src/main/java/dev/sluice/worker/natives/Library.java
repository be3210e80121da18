package dev.sluice.worker.natives;

import java.io.IOException;
import java.io.InputStream;

/**
 * A file that is to be in a folder.
 *
 * @param name its name there
 * @param bytes its size
 * @param crc CRC-32 of its content
 * @param from what it is read from
 */
record Library(String name, long bytes, long crc, Packed from) {

  /** Where the content is. */
  interface Packed {
    InputStream open() throws IOException;
  }
}
