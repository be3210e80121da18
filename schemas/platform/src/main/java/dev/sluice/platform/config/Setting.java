package dev.sluice.platform.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Documents one component of a configuration record and bounds it. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {

  /** What it does, in one sentence. */
  String doc();

  /** Unit, such as ms or bytes; empty where there is none. */
  String unit() default "";

  /** Value where none is given; the setting is required where this is {@link #REQUIRED}. */
  String def() default REQUIRED;

  /** Smallest value of a number. */
  double min() default 0;

  /** Largest value of a number. */
  double max() default Integer.MAX_VALUE;

  /** Marks a setting that has no default. */
  String REQUIRED = "(required)";
}
