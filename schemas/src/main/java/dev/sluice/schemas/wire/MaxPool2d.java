package dev.sluice.schemas.wire;

/**
 * Maximum over square windows.
 *
 * @param kernel side of the window, in pixels
 * @param stride step of the window, in pixels; 0: the same as kernel
 * @param padding padding on each side, in pixels, at most half the kernel
 */
public record MaxPool2d(int kernel, int stride, int padding) implements Layer {}
