package dev.sluice.schemas.wire;

/**
 * What kind of problem a {@link Cause} is. Programs tell causes apart by it; it stays, whatever the
 * sentences become. New ones are added at the end of their group; {@code codes.md} has all of them,
 * made from what stands here.
 */
public enum Code {
  /** A kind of which only a later release knows. */
  OTHER(Fault.OUR_FAULT),
  /** Problems of several kinds that are told as one, or that are only counted. */
  SEVERAL(Fault.BAD_INPUT),

  // Documents and files.

  /** The text is not YAML, JSON or CSV as it is read here. */
  MALFORMED(Fault.BAD_INPUT),
  /** The bytes are not UTF-8 text: another encoding, another kind of file, or compressed. */
  NOT_TEXT(Fault.BAD_INPUT),
  /** The file does not decompress. */
  DAMAGED_FILE(Fault.BAD_INPUT),
  /** A document, file, list or data set holds nothing, or nothing that counts. */
  EMPTY(Fault.BAD_INPUT),
  /** A document, file or data set is larger than what is read. */
  TOO_LARGE(Fault.BAD_INPUT),
  /** There are more rows, columns, classes, lanes or other items than are allowed. */
  TOO_MANY(Fault.BAD_INPUT),
  /** There is no file of that name. */
  NO_SUCH_FILE(Fault.BAD_INPUT),
  /** The file is there and can't be read, or is a folder. */
  UNREADABLE_FILE(Fault.BAD_INPUT),

  // Fields, settings and parameters.

  /** No field, setting or parameter has that name. */
  UNKNOWN_FIELD(Fault.BAD_INPUT),
  /** A field or setting that is needed is not given. */
  MISSING_FIELD(Fault.BAD_INPUT),
  /** The value is of another kind than is wanted: a list, a number, a truth value, a text. */
  WRONG_TYPE(Fault.BAD_INPUT),
  /** The value is none of those that can be chosen. */
  UNKNOWN_CHOICE(Fault.BAD_INPUT),
  /** The value does not have the form that is wanted: a digest, a day, a shape, an address. */
  INVALID_VALUE(Fault.BAD_INPUT),
  /** Nothing of this kind can have such a name. */
  INVALID_NAME(Fault.BAD_INPUT),
  /** The number is smaller or larger than is allowed. */
  OUT_OF_RANGE(Fault.BAD_INPUT),
  /** The same thing is given twice, or two things have one name. */
  NAMED_TWICE(Fault.BAD_INPUT),
  /** Two things that are asked for don't go together. */
  CONTRADICTION(Fault.BAD_INPUT),

  // What a job or a command refers to.

  /** The catalogue has no accelerator model of that name. */
  NO_SUCH_ACCELERATOR(Fault.BAD_INPUT),
  /** No lane of that name is declared. */
  NO_SUCH_LANE(Fault.BAD_INPUT),
  /** There is no model, or no version of it, of that name. */
  NO_SUCH_MODEL(Fault.BAD_INPUT),
  /** The file is not in the artifact store, or not whole. */
  ARTIFACT_MISSING(Fault.BAD_INPUT),
  /** A figure that is needed is not published. */
  NOT_PUBLISHED(Fault.BAD_INPUT),

  // Data sets.

  /** The file has no column of that name or at that position. */
  NO_SUCH_COLUMN(Fault.BAD_INPUT),
  /** The columns are not those that the model takes, or that the other file has. */
  COLUMNS_MISMATCH(Fault.BAD_INPUT),
  /** The fields seem to be separated by another character. */
  WRONG_DELIMITER(Fault.BAD_INPUT),
  /** A line has more or fewer fields than the first. */
  RAGGED_LINE(Fault.BAD_INPUT),
  /** A cell holds no number, or one of another kind than those before it. */
  NOT_A_NUMBER(Fault.BAD_INPUT),
  /** A cell is, or becomes by scaling, no finite 32-bit number. */
  NOT_FINITE(Fault.BAD_INPUT),
  /** A cell, or a whole column, has no value. */
  MISSING_VALUE(Fault.BAD_INPUT),
  /** No row is left to train on, to measure on or to answer. */
  NO_ROWS(Fault.BAD_INPUT),
  /** The training rows are all of one class. */
  ONE_CLASS(Fault.BAD_INPUT),
  /** A class occurs only in held-out rows. */
  UNSEEN_CLASS(Fault.BAD_INPUT),
  /** The training rows have no class of that name. */
  NO_SUCH_CLASS(Fault.BAD_INPUT),

  // Networks and models.

  /** A layer does not take what the one before it gives, or the last does not give a list. */
  LAYER_MISMATCH(Fault.BAD_INPUT),
  /** The network's input does not hold as many values as the data set has feature columns. */
  INPUT_MISMATCH(Fault.BAD_INPUT),
  /** The network does not give as many outputs as objective and classes need. */
  OUTPUT_MISMATCH(Fault.BAD_INPUT),
  /** The objective is not one for such labels. */
  OBJECTIVE_MISMATCH(Fault.BAD_INPUT),
  /** The network has more parameters than are supported. */
  NETWORK_TOO_LARGE(Fault.BAD_INPUT),
  /** The network is no longer that which was found when the job was prepared. */
  NETWORK_CHANGED(Fault.BAD_INPUT),
  /** No parameter of the network can be trained. */
  NOTHING_TO_TRAIN(Fault.BAD_INPUT),
  /** The model has no file that can be opened and run here. */
  MODEL_UNUSABLE(Fault.BAD_INPUT),
  /** Opening the model's file ended a process, or took it too long. */
  MODEL_HARMFUL(Fault.BAD_INPUT),
  /** The model can't be quantised. */
  NOT_QUANTISABLE(Fault.BAD_INPUT),
  /** The training takes more of a coordinator's memory than a job may. */
  TRAINING_TOO_LARGE(Fault.NO_CAPACITY),
  /** The model, or one of its files, is larger than what can be stored. */
  MODEL_TOO_LARGE(Fault.NO_CAPACITY),
  /** The name of a model can't take another version. */
  MODEL_FULL(Fault.NO_CAPACITY),

  // Lanes and workers.

  /** No lane can run the job; its verdicts say why. */
  NO_LANE(Fault.NO_CAPACITY),
  /** In a verdict: the job asks for other lanes, or rules this one out. */
  LANE_NOT_WANTED(Fault.BAD_INPUT),
  /** In a verdict: the job wants hardware that is there, and the lane's is modelled. */
  NOT_MEASURED(Fault.NO_CAPACITY),
  /** In a verdict: the accelerator does not train. */
  NO_TRAINING(Fault.NO_CAPACITY),
  /** In a verdict: the accelerator does not infer. */
  NO_INFERENCE(Fault.NO_CAPACITY),
  /** In a verdict: the accelerator does not compute in the number formats that will do. */
  FORMAT_MISSING(Fault.NO_CAPACITY),
  /** In a verdict: the job needs more memory than the accelerator has. */
  MEMORY_TOO_SMALL(Fault.NO_CAPACITY),
  /** In a verdict: the job is spread over devices that nothing joins. */
  NO_INTERCONNECT(Fault.NO_CAPACITY),
  /** The lane is for another accelerator model. */
  LANE_TAKEN(Fault.BAD_INPUT),
  /** Another process has this worker id. */
  WORKER_ID_TAKEN(Fault.BAD_INPUT),

  // Jobs under way.

  /** The job was cancelled. */
  CANCELLED(Fault.BAD_INPUT),
  /** Numbers of the training have left the range of 32-bit floats. */
  DIVERGED(Fault.BAD_INPUT),
  /** Every worker that ran the task stopped without a report. */
  WORKERS_ENDED(Fault.BAD_INPUT),
  /** No attempt of the task was reported in time. */
  NOT_REPORTED(Fault.OUR_FAULT),
  /** The final parameters of a training did not come in time. */
  PARAMETERS_LATE(Fault.NO_CAPACITY),
  /** A worker ran out of memory. */
  OUT_OF_MEMORY(Fault.NO_CAPACITY),
  /** A worker can't write to its temporary directory; as a rule the disk is full. */
  DISK_FULL(Fault.NO_CAPACITY),
  /** A worker could not start the process in which it tries model files. */
  TRIAL_FAILED(Fault.NO_CAPACITY),
  /** What is to be stored is too large for one record. */
  RECORD_TOO_LARGE(Fault.NO_CAPACITY),
  /** The engine failed on a network that it should be able to compute. */
  ENGINE_FAILED(Fault.OUR_FAULT),
  /** A file that was written of a model does not compute what was trained. */
  EXPORT_DIFFERS(Fault.OUR_FAULT),
  /** A worker was given a task that its accelerator can't do. */
  MISPLACED_TASK(Fault.OUR_FAULT),

  // Records.

  /** The bytes of a record are no such message. */
  UNREADABLE_RECORD(Fault.BAD_INPUT),
  /** A record's schema is not in {@code sluice.schemas}. */
  UNKNOWN_SCHEMA(Fault.BAD_INPUT),
  /** A record was read, and what it says can't be. */
  INVALID_RECORD(Fault.BAD_INPUT),
  /** A contribution to a gradient does not fit its step, or was damaged on its way. */
  CONTRIBUTION_UNUSABLE(Fault.OUR_FAULT),
  /** Gradients of the job are no longer in the log. */
  GRADIENTS_LOST(Fault.OUR_FAULT),
  /** Another program has overwritten the state of the job's training. */
  CHECKPOINT_LOST(Fault.BAD_INPUT),

  // Brokers.

  /** Facts of the job can't be read any more. */
  FACTS_LOST(Fault.OUR_FAULT),
  /** What is stored was written by a release whose records this one can't read. */
  OTHER_RELEASE(Fault.BAD_INPUT),
  /** Brokers don't answer, can't be reached, or are too few. */
  BROKERS_UNAVAILABLE(Fault.NO_CAPACITY),
  /** Brokers, or who listens at their address, can't serve Sluice as they are. */
  BROKERS_UNFIT(Fault.BAD_INPUT),
  /** Brokers deny this process something that it needs. */
  NOT_PERMITTED(Fault.BAD_INPUT),
  /** A topic was removed, made anew, or given more partitions. */
  TOPIC_CHANGED(Fault.BAD_INPUT),
  /** A topic or share group has other settings or partitions than are needed. */
  TOPIC_SETTINGS(Fault.BAD_INPUT),

  /** A mistake of Sluice's own. */
  DEFECT(Fault.OUR_FAULT);

  private final Fault fault;

  Code(Fault fault) {
    this.fault = fault;
  }

  /** Whose move it is. */
  public Fault fault() {
    return fault;
  }
}
