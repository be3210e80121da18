/** What a job may say: the rules that every job record must keep, wherever it comes from. Pure. */
@NullMarked
package dev.sluice.jobs.rules;

import org.jspecify.annotations.NullMarked;
