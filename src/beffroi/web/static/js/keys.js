// The keyboard: one key opens what its button opens, a digit picks a reason and sends it.

import { togglePlay } from "./replay.js";

const typing = (element) => element.matches("input:not([type=radio]), textarea, select");
const openAct = (pane) => pane.querySelector("details.act[open]");

export function listen(pane, dialog) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
    const act = openAct(pane);
    if (event.key === "Escape" && act) {
      act.open = false;
      act.querySelector("summary").focus();
      return;
    }
    if (typing(event.target)) return;
    if (handle(event, pane, act, dialog)) event.preventDefault();
  });
  // Opened by mouse, the choice has the focus as well.
  pane.addEventListener("toggle", ({ target }) => { if (target.open) focusChoice(target); }, true);
}

function handle(event, pane, act, dialog) {
  const key = event.key.toLowerCase();
  if (key === "?") return dialog.showModal(), true;
  if (key === "n" || key === "j") return document.getElementById("next")?.click(), true;
  if (key === "p") return togglePlay(pane), true;
  if (/^[1-9]$/.test(key)) return act !== null && pick(act, Number(key));
  if (key === "enter") return act !== null && act.contains(event.target) && send(act, event);
  const wanted = pane.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!wanted) return false;
  if (wanted.matches("button")) return wanted.click(), true;
  if (!wanted.matches("details")) return wanted.focus(), true;
  wanted.open = wanted !== act;
  // At once: whoever types fast presses the next key before the browser tells of the opening.
  if (wanted.open) focusChoice(wanted);
  return true;
}

function focusChoice(act) {
  if (!act.contains(document.activeElement) || document.activeElement.matches("summary")) {
    // The first reason has the focus and is not chosen: nobody gives one unasked.
    act.querySelector("input[type=radio]:checked, input[type=radio]")?.focus();
  }
}

/** Pick the nth reason; send it, unless it is the one to be written. */
function pick(act, number) {
  const radio = act.querySelectorAll("input[type=radio]")[number - 1];
  if (!radio) return false;
  radio.checked = true;
  const note = act.querySelector("input[name=note]");
  if (radio.value === "" && note && !note.value) note.focus();
  else act.querySelector("form").requestSubmit();
  return true;
}

function send(act, event) {
  if (event.target.matches("button, summary, a")) return false;
  act.querySelector("form").requestSubmit();
  return true;
}
