package dev.sluice.platform.process;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** Why a file can't be used, in words: Java's own are often only its name. */
public final class FileTrouble {
  private FileTrouble() {}

  /**
   * The reason, without a full stop.
   *
   * @param place the file that the sentence around it names; another one is named before its reason
   */
  public static String why(IOException e, Path place) {
    if (!(e instanceof FileSystemException at)) {
      return String.valueOf(e.getMessage());
    }
    var file = at.getFile();
    return file == null || file.equals(place.toString()) ? reason(at) : file + ": " + reason(at);
  }

  private static String reason(FileSystemException e) {
    return switch (e) {
      case AccessDeniedException denied -> "permission denied";
      case FileAlreadyExistsException exists -> "it is there and is no directory";
      case NotDirectoryException file -> "it is no directory";
      case NoSuchFileException missing -> "it is not there";
      default -> e.getReason() == null ? "it can't be used" : e.getReason();
    };
  }
}
