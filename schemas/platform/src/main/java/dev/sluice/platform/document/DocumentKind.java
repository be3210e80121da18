package dev.sluice.platform.document;

/**
 * What a document is to be, as messages about it say.
 *
 * @param noun what it is called, such as {@code job file}
 * @param whenLong how to shorten one that is too long, in one sentence
 * @param whenEmpty how to start one, in one sentence
 * @param whySingle why a file holds one document, in one sentence
 * @param whenSeveral what to do with a second one, in one sentence
 */
public record DocumentKind(
    String noun, String whenLong, String whenEmpty, String whySingle, String whenSeveral) {}
