// News from the ledger: the browser keeps the last position and asks for what follows it.

const SETTLE_MS = 150;

export function listen(desk, link, raised) {
  let due = null;
  const state = (on) => {
    link.classList.toggle("on", on);
    link.classList.toggle("off", !on);
    link.querySelector(".text").textContent = on ? link.dataset.on : link.dataset.off;
  };
  function refresh() {
    due = null;
    const current = document.querySelector(".case")?.dataset.alert ?? "";
    htmx.ajax("GET", `/console/queue?current=${encodeURIComponent(current)}`, {
      source: "#queue", target: "#queue", swap: "innerMorph",
    });
  }
  const soon = () => { due ??= setTimeout(refresh, SETTLE_MS); };

  const source = new EventSource(`/console/events?after=${desk.dataset.position}`);
  source.onopen = () => state(true);
  source.onerror = () => {
    state(false);
    // A session that has ended closes the line for good: the page then leads to the sign-in.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 3000);
  };
  source.addEventListener("alert", (event) => {
    const { kind, alert } = JSON.parse(event.data);
    if (kind === "alert.raised") raised();
    renewPane(kind, alert);
    soon();
    if (!document.querySelector(".case")) renewCalm();
  });
  document.body.addEventListener("queue-changed", soon);
}

/** With no alert open, the pane says how many wait. */
async function renewCalm() {
  const answer = await fetch("/console", { headers: { "HX-Request": "true" } });
  const text = await answer.text();
  // An alert opened meanwhile has taken the place of the calm, and keeps it.
  const calm = document.querySelector("#pane > .calm");
  if (!answer.ok || !calm) return;
  calm.outerHTML = text;
  htmx.process(document.querySelector("#pane"));
}

const SEEN_ALREADY = ["alert.raised", "alert.repeated", "alert.shown", "alert.escalated"];

/** What happens elsewhere to the alert on this console shows here; a reason half given stays. */
function renewPane(kind, alert) {
  const shown = document.querySelector(".case");
  if (shown?.dataset.alert !== alert || SEEN_ALREADY.includes(kind)) return;
  const path = `/console/alerts/${alert}`;
  if (kind.startsWith("evidence.")) {
    if (kind === "evidence.viewed_clear") return;
    htmx.ajax("GET", path, {
      source: "#pane", target: ".evidence", select: ".evidence", swap: "outerHTML",
    });
  } else if (!shown.querySelector("details.act[open]") || kind === "alert.judged") {
    htmx.ajax("GET", path, { source: "#pane", target: "#pane", swap: "innerHTML" });
  }
}
