// The replay of an alert: stick figures in step with the pixelated sequence.

import { Stage, still, toFigures } from "./figures.js";

let stop = () => {};

/** Start the replay of the alert that the pane shows, ending the one before. */
export async function openReplay(pane) {
  stop();
  const video = pane.querySelector("#video");
  const button = pane.querySelector("#play");
  if (button) {
    button.hidden = false;
    button.onclick = () => togglePlay(pane);
  }
  if (video) {
    // The browser's own bar would lie over the lower third of a picture that is small already.
    video.controls = false;
    if (!still.matches) video.play().catch(() => {});
  }
  const canvas = pane.querySelector("#replay");
  if (!canvas) return;
  const answer = await fetch(canvas.dataset.src);
  if (!answer.ok) return;
  const lines = (await answer.text()).split("\n").filter(Boolean).map((line) => JSON.parse(line));
  if (lines.length && canvas.isConnected) play(canvas, lines, video);
}

function play(canvas, lines, video) {
  const stage = new Stage(canvas);
  const concerned = new Set(canvas.dataset.tracks.split(" "));
  const start = lines[0].t, length = Math.max(lines.at(-1).t - start, 0.001);
  stage.aspect = lines[0].size[0] / lines[0].size[1];
  const own = { running: !still.matches, at: 0 };
  let last = performance.now(), going = true;
  stop = () => { going = false; };
  canvas.toggle = () => { own.running = !own.running; };

  function frame(now) {
    if (!going || !canvas.isConnected) return;
    if (own.running) own.at = (own.at + (now - last) / 1000) % (length + 0.6);
    last = now;
    // The lines count from the first picture of the sequence, which may show nobody yet.
    const at = video ? video.currentTime : start + Math.min(own.at, length);
    stage.draw(toFigures(lineAt(lines, at)).map((figure) => (
      { ...figure, strength: 1, concerned: concerned.has(figure.id) }
    )));
    requestAnimationFrame(frame);
  }
  requestAnimationFrame(frame);
}

/** The last line that is not later than `at`. */
function lineAt(lines, at) {
  let low = 0, high = lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (lines[middle].t <= at + 0.001) low = middle; else high = middle - 1;
  }
  return lines[low];
}

export function togglePlay(pane) {
  const video = pane.querySelector("#video");
  if (video) video.paused ? video.play() : video.pause();
  else pane.querySelector("#replay")?.toggle?.();
}
