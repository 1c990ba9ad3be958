// The live wall: the latest observation of each camera, eased so that figures walk, not jump.

import { Stage, STALE_MS, still, toFigures } from "./figures.js";
import { pack } from "./packing.js";

const EASE_MS = 90;

class Tile {
  constructor(element) {
    this.element = element;
    this.stage = new Stage(element.querySelector("canvas"), () => { this.dirty = true; });
    this.badge = element.querySelector(".badge");
    this.clear();
    this.stage.draw([]);
  }

  clear() {
    this.shown = new Map();
    this.targets = [];
    this.heard = -Infinity;
    this.dirty = true;
  }

  take(observation) {
    this.stage.aspect = observation.size[0] / observation.size[1];
    this.targets = toFigures(observation);
    this.heard = performance.now();
    this.dirty = true;
  }

  close(closed) {
    this.element.toggleAttribute("data-closed", closed);
    if (closed) this.clear();
  }

  say(state) {
    this.badge.className = `badge ${state}`;
    this.badge.textContent = this.badge.dataset[state] ?? state;
  }

  paint(now, elapsed) {
    const silent = now - this.heard;
    if (!this.dirty && silent > STALE_MS + 1000) return;
    const strength = Math.max(0, Math.min(1, 1 - (silent - STALE_MS) / 800));
    const step = still.matches ? 1 : 1 - Math.exp(-elapsed / EASE_MS);
    const next = new Map();
    for (const target of this.targets) {
      next.set(target.id, ease(this.shown.get(target.id), target, step));
    }
    this.shown = next;
    this.stage.draw([...next.values()].map((figure) => ({ ...figure, strength })));
    this.dirty = false;
  }
}

function ease(from, to, step) {
  if (!from?.joints || !to.joints) return to;
  const mix = (a, b) => a + (b - a) * step;
  return {
    id: to.id,
    box: to.box.map((value, i) => mix(from.box[i], value)),
    joints: to.joints.map(([x, y, score], i) => [
      mix(from.joints[i][0], x), mix(from.joints[i][1], y), score,
    ]),
  };
}

export function openWall(root) {
  const tiles = new Map();
  for (const element of root.querySelectorAll(".tile")) {
    tiles.set(element.dataset.camera, new Tile(element));
  }
  if (!tiles.size) return;
  pack(root.querySelector(".wall"));
  const address = new URL("/console/live", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  let wait = 1000;

  function connect() {
    const socket = new WebSocket(address);
    socket.onopen = () => { wait = 1000; };
    socket.onmessage = ({ data }) => receive(tiles, data);
    socket.onclose = () => {
      for (const tile of tiles.values()) tile.clear();
      setTimeout(connect, wait);
      wait = Math.min(wait * 2, 15000);
    };
  }
  connect();

  let last = performance.now();
  function frame(now) {
    if (!document.hidden) for (const tile of tiles.values()) tile.paint(now, now - last);
    last = now;
    requestAnimationFrame(frame);
  }
  requestAnimationFrame(frame);
}

/** A line is `<camera> <observation>`; anything that starts as an object is about the wall itself. */
function receive(tiles, data) {
  if (!data.startsWith("{")) {
    const space = data.indexOf(" ");
    tiles.get(data.slice(0, space))?.take(JSON.parse(data.slice(space + 1)));
    return;
  }
  const message = JSON.parse(data);
  if (message.type === "stopped") tiles.get(message.camera)?.close(true);
  if (message.type !== "states") return;
  document.getElementById("ledger-late").hidden = !message.ledger_late;
  for (const [camera, tile] of tiles) {
    tile.close(!message.live.includes(camera));
    tile.say(message.states[camera] ?? "off");
  }
}
