package dev.sluice.schemas.wire;

/**
 * Two-dimensional convolution: (n, c, h, w) to (n, channels, h', w').
 *
 * @param channels number of output channels
 * @param kernel side of the square kernel, in pixels
 * @param stride step of the kernel, in pixels
 * @param padding zero padding on each side, in pixels
 * @param bias whether a bias is added
 */
public record Conv2d(int channels, int kernel, int stride, int padding, boolean bias)
    implements Layer {}
