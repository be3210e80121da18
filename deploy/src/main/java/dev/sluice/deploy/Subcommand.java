package dev.sluice.deploy;

/**
 * A picocli command that another jar brings: {@code sluice} offers those that are on its class path
 * and named in {@code META-INF/services}. So what is only for tests of Sluice itself stays out of
 * what is installed.
 */
public interface Subcommand {}
