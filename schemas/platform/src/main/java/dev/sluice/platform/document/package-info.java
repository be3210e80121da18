/**
 * Documents that people write, YAML or JSON, read with every problem at once and the line of each.
 * Pure: text in, a tree or problems out.
 */
@NullMarked
package dev.sluice.platform.document;

import org.jspecify.annotations.NullMarked;
