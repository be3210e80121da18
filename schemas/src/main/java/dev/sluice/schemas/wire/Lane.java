package dev.sluice.schemas.wire;

/**
 * A declared queue for one accelerator model.
 *
 * @param lane name: lower-case letters, digits and hyphens
 * @param accelerator accelerator model as in the catalogue
 * @param workersMin fewest workers an autoscaler keeps
 * @param workersMax most workers an autoscaler starts
 */
public record Lane(String lane, String accelerator, int workersMin, int workersMax)
    implements StoredState {}
