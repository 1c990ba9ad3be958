// The console: ties the queue, the alert, the wall and the keyboard together.

import { showClear } from "./clear.js";
import * as keys from "./keys.js";
import * as news from "./news.js";
import { openReplay } from "./replay.js";
import { makeSound } from "./sound.js";
import { openWall } from "./wall.js";

const at = (id) => document.getElementById(id);
const pane = at("pane"), dialog = at("keys");

function settle() {
  const shown = pane.querySelector(".case");
  document.body.classList.toggle("judging", shown !== null);
  const camera = shown?.dataset.camera;
  for (const tile of document.querySelectorAll(".tile")) {
    tile.classList.toggle("here", tile.dataset.camera === camera);
  }
  for (const spot of document.querySelectorAll(".spot")) {
    spot.classList.toggle("here", spot.id === `spot-${camera}`);
  }
  openReplay(pane);
}

function tellTime() {
  // The city's clock, as on the alerts: the machine of the console may be set elsewhere.
  const zone = at("clock").dataset.zone || undefined;
  at("clock").textContent = new Date().toLocaleTimeString(document.documentElement.lang, { timeZone: zone });
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto", style: "short" });
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const seconds = Math.round((Date.parse(time.dateTime) - Date.now()) / 1000);
    const text = seconds > -60 ? words.format(Math.min(seconds, 0), "second")
      : seconds > -3600 ? words.format(Math.round(seconds / 60), "minute")
      : words.format(Math.round(seconds / 3600), "hour");
    if (time.textContent !== text) time.textContent = text;
  }
}

let shown = pane.querySelector(".case")?.dataset.alert;
document.body.addEventListener("htmx:after:swap", () => {
  const now = pane.querySelector(".case")?.dataset.alert;
  settle();
  tellTime();
  if (now !== shown) pane.focus({ preventScroll: true });
  shown = now;
});

const ring = makeSound(at("sound"));
news.listen(document.querySelector(".desk"), at("link"), () => {
  const announce = at("announce");
  announce.textContent = "";
  setTimeout(() => { announce.textContent = announce.dataset.one; }, 100);
  ring();
});
keys.listen(pane, dialog);
showClear(pane);
at("keys-button").addEventListener("click", () => dialog.showModal());
openWall(document);
settle();
tellTime();
setInterval(tellTime, 1000);
