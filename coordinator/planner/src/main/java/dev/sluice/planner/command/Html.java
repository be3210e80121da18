package dev.sluice.planner.command;

import java.util.List;

/** Markup of a page. Text is always escaped: names come from whoever wrote the files. */
final class Html {

  private final StringBuilder markup = new StringBuilder();

  /** Markup as it stands; of our own making only. */
  Html raw(String ours) {
    markup.append(ours);
    return this;
  }

  /** Text. */
  Html text(String anyone) {
    markup.append(escape(anyone));
    return this;
  }

  /** An element with text in it. */
  Html element(String tag, String classes, String text) {
    return raw("<" + tag + (classes.isEmpty() ? "" : " class=\"" + classes + "\"") + ">")
        .text(text)
        .raw("</" + tag + ">");
  }

  /** A table; a heading that begins with {@code >} is of a column of figures. */
  Html head(List<String> headings) {
    raw("<table><thead><tr>");
    for (var heading : headings) {
      boolean figures = heading.startsWith(">");
      element("th", figures ? "n" : "", figures ? heading.substring(1) : heading);
    }
    return raw("</tr></thead><tbody>");
  }

  @Override
  public String toString() {
    return markup.toString();
  }

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
