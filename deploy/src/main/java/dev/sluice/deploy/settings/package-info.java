/** The settings of every process, as tables for people and for the README. */
@NullMarked
package dev.sluice.deploy.settings;

import org.jspecify.annotations.NullMarked;
