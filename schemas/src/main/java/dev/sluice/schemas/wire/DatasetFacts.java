package dev.sluice.schemas.wire;

/**
 * Facts about a data set as a worker read it.
 *
 * @param artifact digest of the file
 * @param rows rows that the job reads or trains on
 * @param holdoutRows held-out rows; 0 for inference
 * @param labelled rows that carry a label
 * @param dropped rows that training leaves out because they lack a value
 */
public record DatasetFacts(
    String artifact, long rows, long holdoutRows, long labelled, long dropped) {

  /** No row is left out. */
  public DatasetFacts(String artifact, long rows, long holdoutRows, long labelled) {
    this(artifact, rows, holdoutRows, labelled, 0);
  }
}
