/** The scripts in {@code deploy}, run as a shell runs them on machines that have little. */
@NullMarked
package dev.sluice.deploy.scripts;

import org.jspecify.annotations.NullMarked;
