package dev.sluice.schemas.wire;

/**
 * Mean over square windows; padding counts as zeros.
 *
 * @param kernel side of the window, in pixels
 * @param stride step of the window, in pixels; 0: the same as kernel
 * @param padding padding on each side, in pixels, at most half the kernel
 */
public record AvgPool2d(int kernel, int stride, int padding) implements Layer {}
