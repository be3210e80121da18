package dev.sluice.producer.http;

/**
 * Bounds of the HTTP API.
 *
 * @param requestsMax requests at work at one time
 * @param bodyBytesMax largest body but for artifacts
 * @param artifactBytesMax largest artifact
 * @param uploadsMax artifacts on their way in at one time
 * @param transferBytesMax memory for artifacts on their way in and out, in bytes
 */
public record HttpLimits(
    int requestsMax,
    long bodyBytesMax,
    long artifactBytesMax,
    int uploadsMax,
    long transferBytesMax) {}
