package dev.sluice.planner.command;

import dev.sluice.planner.Figures;
import dev.sluice.planner.Plan;
import dev.sluice.planner.Plan.Change;
import dev.sluice.planner.Plan.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A plan as a page: one file, without a script and without anything from elsewhere. */
final class PlanPage {

  private static final String TEMPLATE = "plan.html";
  private static final String TITLE = "<!--title-->";
  private static final String BODY = "<!--body-->";

  private final Plan plan;
  private final List<String> lanes;
  private final Html page = new Html();

  private PlanPage(Plan plan) {
    this.plan = plan;
    lanes = plan.lanes().stream().map(lane -> lane.lane().lane()).toList();
  }

  static String of(Plan plan) {
    var page = new PlanPage(plan);
    page.head();
    page.raw("<main>");
    page.summary();
    page.changes();
    page.lanes();
    page.power();
    page.jobs();
    page.refusals();
    page.origins();
    page.raw("</main>");
    var title = plan.fleet().name() + " with " + plan.mix().name();
    return template().replace(TITLE, Html.escape(title)).replace(BODY, page.page.toString());
  }

  private void head() {
    raw("<header><h1>").raw(logo());
    page.text("Sluice plan").raw("</h1><span>");
    page.text(plan.fleet().name()).raw(" <span class=\"faint\">with</span> ");
    page.text(plan.mix().name()).raw("</span>");
    page.element("span", "tag warn", "modelled, not measured");
    page.element(
        "span",
        "small faint",
        Figures.count(plan.fleet().devices(), "device")
            + " · "
            + Figures.number(plan.mix().hours())
            + " h of arrivals · seed "
            + plan.mix().seed());
    raw("</header>");
  }

  private void summary() {
    var totals = plan.totals();
    raw("<section class=\"figures\">");
    figure(
        Figures.count(totals.done()), "of " + Figures.count(totals.arrived(), "job") + " done", "");
    figure(Figures.count(totals.never()), "can never run", totals.never() > 0 ? "bad" : "good");
    if (totals.unpredictable() > 0) {
      figure(Figures.count(totals.unpredictable()), "can't be predicted", "warn");
    }
    if (totals.done() > 0) {
      figure(
          Figures.span(totals.makespanSeconds()),
          totals.keepsUp() ? "to finish what runs: keeps up" : "to finish what runs: too long",
          totals.keepsUp() ? "good" : "warn");
    }
    figure(PlanText.energy(totals.joules()), "energy of the devices, at most", "");
    figure(PlanText.power(totals.wattsMost()), "power of the devices, at most", "");
    raw("</section>");
  }

  private void figure(String value, String words, String kind) {
    raw("<div>");
    page.element("b", kind, value).element("span", "small faint", words).raw("</div>");
  }

  private void changes() {
    raw("<section><h2>Bottleneck and smallest change</h2><p>");
    page.element("b", "", plan.bottleneck().what()).text(" — " + plan.bottleneck().says());
    raw("</p>");
    for (var change : plan.changes()) {
      raw("<p class=\"change\">");
      page.element(
          "span",
          "tag good",
          change.purpose() == Change.Purpose.MAKE_POSSIBLE
              ? "makes possible: " + Figures.names(change.jobs())
              : "keeps up");
      page.text(" " + change.says());
      if (!change.alternatives().isEmpty()) {
        page.element(
            "span", "small faint", " Else " + String.join("; or ", change.alternatives()) + ".");
      }
      raw("</p>");
    }
    raw("</section>");
  }

  private void lanes() {
    raw("<section><h2>Lanes</h2><div class=\"scroll\">");
    page.head(
        List.of(
            "lane",
            "jobs waiting over time",
            "devices at work over time",
            ">busy",
            "",
            ">jobs",
            ">most waiting",
            ">energy at most"));
    for (int i = 0; i < plan.lanes().size(); i++) {
      lane(plan.lanes().get(i), plan.timeline().lanes().get(i), i);
    }
    raw("</tbody></table></div><p class=\"small faint\">The dashed line is the last arrival.</p>");
    raw("</section>");
  }

  private void lane(Plan.LaneOutcome lane, Plan.LaneSamples samples, int index) {
    var seconds = plan.timeline().seconds();
    double end = plan.mix().horizonSeconds();
    var name = lane.lane().lane();
    raw("<tr><td><i class=\"key c" + index % 8 + "\"></i>");
    page.text(name)
        .element(
            "div",
            "small faint",
            Figures.count(lane.lane().count()) + " × " + lane.lane().model().id())
        .raw("</td><td class=\"p\">")
        .raw(
            Plots.over(
                new Plots.Curve("waiting on " + name, seconds, samples.waiting(), "", end),
                300,
                84))
        .raw("</td><td class=\"p\">")
        .raw(
            Plots.over(
                new Plots.Curve("at work on " + name, seconds, samples.busy(), "", end), 300, 84))
        .raw("</td>")
        .element("td", "n", Figures.percent(lane.utilisation()))
        .raw("<td>")
        .raw(Plots.bar(lane.utilisation(), lane.utilisation() > 0.9 ? "bad" : "good"))
        .raw("</td>")
        .element("td", "n", Figures.count(lane.jobs()))
        .element("td", "n", Figures.count(lane.waitingMost()))
        .element("td", "n", PlanText.energy(lane.joules()))
        .raw("</tr>");
  }

  private void power() {
    if (plan.timeline().watts().isEmpty()) {
      return;
    }
    var budget = plan.fleet().budgetWatts();
    raw("<section><h2>Power of devices at work, at most</h2>");
    raw(
        Plots.over(
            new Plots.Curve(
                "power",
                plan.timeline().seconds(),
                plan.timeline().watts(),
                "W",
                plan.mix().horizonSeconds()),
            1180,
            130));
    page.element(
        "p",
        "small faint",
        budget == null
            ? "The fleet has no budget. Idle devices are counted as nothing."
            : "The budget is "
                + Figures.watts(budget)
                + "; jobs waited for power alone for "
                + Figures.span(plan.totals().powerShortSeconds())
                + ". Idle devices are counted as nothing.");
    raw("</section>");
  }

  private void jobs() {
    raw("<section><h2>Jobs</h2><div class=\"scroll\">");
    page.head(
        List.of(
            "jobs",
            "",
            ">arrived",
            ">done",
            ">wait mean",
            ">p50",
            ">p95",
            "where they ran",
            "",
            ">energy at most"));
    plan.jobs().forEach(this::job);
    raw("</tbody></table></div></section>");
  }

  private void job(Plan.JobOutcome outcome) {
    var job = outcome.job();
    boolean ran = outcome.done() > 0;
    raw("<tr><td>");
    page.text(job.name())
        .element(
            "div", "small faint", (job.trains() ? "training " : "inference ") + job.model().id())
        .raw("</td><td>")
        .element("span", "tag " + kind(outcome.status()), says(outcome.status()))
        .raw("</td>")
        .element("td", "n", Figures.count(outcome.arrived()))
        .element("td", "n", Figures.count(outcome.done()))
        .element("td", "n", ran ? Figures.span(outcome.waits().mean()) : "–")
        .element("td", "n", ran ? Figures.span(outcome.waits().p50()) : "–")
        .element("td", "n", ran ? Figures.span(outcome.waits().p95()) : "–")
        .raw("<td>" + (ran ? Plots.stack(shares(outcome)) : "") + "</td><td class=\"wide small\">");
    for (var where : outcome.where()) {
      page.element(
          "div",
          where.ran() == 0 ? "faint" : "",
          where.lane()
              + ": "
              + Figures.count(where.ran())
              + ", each "
              + Figures.span(where.seconds())
              + " on "
              + Figures.count(where.devices(), "device")
              + " in "
              + where.format().label()
              + (where.bound().isEmpty() ? "" : ", " + where.bound() + "-bound"));
    }
    raw("</td>").element("td", "n", ran ? PlanText.energy(outcome.joules()) : "–").raw("</tr>");
  }

  /** By lane, in the order of the fleet, so that a colour is a lane. */
  private List<Double> shares(Plan.JobOutcome outcome) {
    return lanes.stream()
        .map(
            lane ->
                outcome.where().stream()
                        .filter(where -> where.lane().equals(lane))
                        .mapToDouble(Plan.Where::ran)
                        .sum()
                    / Math.max(1, outcome.done()))
        .toList();
  }

  private static String kind(Status status) {
    return switch (status) {
      case RUNS -> "good";
      case NEVER -> "bad";
      case UNPREDICTABLE -> "warn";
    };
  }

  private static String says(Status status) {
    return switch (status) {
      case RUNS -> "runs";
      case NEVER -> "never";
      case UNPREDICTABLE -> "can't be predicted";
    };
  }

  private void refusals() {
    if (plan.jobs().stream().allMatch(job -> job.refusals().isEmpty())) {
      return;
    }
    raw("<section><h2>Refusals</h2><div class=\"scroll\">");
    page.head(List.of("jobs", "lane", "reasons"));
    for (var job : plan.jobs()) {
      for (var refusal : job.refusals()) {
        raw("<tr>");
        page.element("td", "", job.job().name())
            .element("td", "", refusal.lane())
            .raw("<td class=\"wide small\">");
        refusal.reasons().forEach(reason -> page.element("div", "", reason));
        raw("</td></tr>");
      }
    }
    raw("</tbody></table></div></section>");
  }

  private void origins() {
    raw("<section><h2>Where the figures come from</h2>");
    for (var text :
        List.of(
            plan.fleet().source(), plan.fleet().note(), plan.mix().source(), plan.mix().note())) {
      if (!text.isBlank()) {
        page.element("p", "small", text);
      }
    }
    page.element(
        "p",
        "small faint",
        "Times and energies are those of Sluice's cost model, a roofline over published figures."
            + " Energy is the thermal design power of the devices that work, times their time: at"
            + " most that, and without hosts, network, cooling and idle devices.");
    raw("</section>");
  }

  private Html raw(String ours) {
    return page.raw(ours);
  }

  private static String logo() {
    return "<svg viewBox=\"0 0 20 20\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\""
        + " stroke-linecap=\"round\" aria-hidden=\"true\"><path d=\"M3 2v16M17 2v16M3 7h14\"/>"
        + "<path d=\"M6 12c1.3-1.3 2.7-1.3 4 0s2.7 1.3 4 0M6 16c1.3-1.3 2.7-1.3 4 0s2.7 1.3 4"
        + " 0\"/></svg>";
  }

  private static String template() {
    try (var resource = PlanPage.class.getResourceAsStream(TEMPLATE)) {
      if (resource == null) {
        throw new IllegalStateException("The page " + TEMPLATE + " is not in the jar.");
      }
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
