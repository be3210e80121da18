/**
 * Job files: the YAML or JSON that people write, read into the job record with every problem at
 * once, and the record written back as JSON. Pure: text in, record or problems out.
 */
@NullMarked
package dev.sluice.producer.spec;

import org.jspecify.annotations.NullMarked;
