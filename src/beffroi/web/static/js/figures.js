// Stick figures: the one place that turns an observation into lines on a canvas.

// Pairs of joints, in the order of the COCO data set.
const LIMBS = [
  [5, 6], [5, 7], [7, 9], [6, 8], [8, 10], [5, 11], [6, 12], [11, 12],
  [11, 13], [13, 15], [12, 14], [14, 16],
];
const SURE = 0.2;
export const STALE_MS = 2000;

export const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Colours of the theme in force, read where they are used so that a change of theme shows. */
function palette(canvas) {
  const style = getComputedStyle(canvas);
  const colour = (name) => style.getPropertyValue(name).trim();
  return {
    grid: colour("--grid"), figure: colour("--figure"), concerned: colour("--concerned"),
    zone: colour("--zone"), mask: colour("--mask"), halo: colour("--halo"),
  };
}

/** A canvas that knows its picture: what lies behind the figures, and where they go. */
export class Stage {
  constructor(canvas, changed = () => {}) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.aspect = 16 / 9;
    this.zones = JSON.parse(canvas.dataset.zones ?? "[]");
    this.masks = JSON.parse(canvas.dataset.masks ?? "[]");
    this.background = null;
    if (canvas.dataset.background) {
      const picture = new Image();
      picture.src = canvas.dataset.background;
      picture.decode().then(() => { this.background = picture; changed(); }, () => {});
    }
  }

  /** Match the canvas to its place on the screen; returns false while it is not shown. */
  fit() {
    const width = this.canvas.clientWidth, height = this.canvas.clientHeight;
    if (!width || !height) return false;
    const scale = Math.min(devicePixelRatio || 1, 2);
    const w = Math.round(width * scale), h = Math.round(height * scale);
    if (this.canvas.width !== w || this.canvas.height !== h) {
      this.canvas.width = w;
      this.canvas.height = h;
    }
    const room = w / h;
    this.w = room > this.aspect ? h * this.aspect : w;
    this.h = room > this.aspect ? h : w / this.aspect;
    this.context.setTransform(1, 0, 0, 1, (w - this.w) / 2, (h - this.h) / 2);
    this.unit = Math.max(1.4, this.h / 150);
    return true;
  }

  /** Draw figures given in fractions of the picture: [{joints, box, strength, concerned}]. */
  draw(figures) {
    if (!this.fit()) return;
    const { context } = this, colours = palette(this.canvas);
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.restore();
    if (this.background) {
      context.globalAlpha = 0.75;
      context.drawImage(this.background, 0, 0, this.w, this.h);
      context.globalAlpha = 1;
    } else {
      this.drawGround(colours.grid);
    }
    for (const mask of this.masks) this.polygon(mask, colours.mask, null);
    for (const zone of this.zones) this.drawZone(zone, colours.zone);
    for (const figure of figures) this.drawFigure(figure, colours);
    context.globalAlpha = 1;
  }

  drawGround(colour) {
    const { context, w, h } = this, horizon = 0.34 * h;
    context.strokeStyle = colour;
    context.lineWidth = Math.max(1, this.unit * 0.5);
    context.beginPath();
    for (let i = -7; i <= 7; i++) {
      context.moveTo(w * (0.5 + i * 0.055), horizon);
      context.lineTo(w * (0.5 + i * 0.24), h);
    }
    for (let depth = 1; depth < 12; depth *= 1.42) {
      const y = horizon + (h - horizon) / depth;
      context.moveTo(0, y);
      context.lineTo(w, y);
    }
    context.save();
    context.globalAlpha = 0.6;
    context.stroke();
    context.restore();
  }

  drawZone(zone, colour) {
    if (zone.area?.length) this.polygon(zone.area, null, colour, true);
    for (const area of Object.values(zone.forbidden ?? {})) this.polygon(area, colour, colour);
    for (const line of Object.values(zone.lines ?? {})) this.polygon(line, null, colour);
  }

  polygon(points, fill, line, dashed = false) {
    const { context } = this;
    context.beginPath();
    for (const [x, y] of points) context.lineTo(x * this.w, y * this.h);
    if (points.length > 2) context.closePath();
    if (fill) {
      context.globalAlpha = line ? 0.14 : 0.85;
      context.fillStyle = fill;
      context.fill();
      context.globalAlpha = 1;
    }
    if (line) {
      context.setLineDash(dashed ? [6, 5] : []);
      context.lineWidth = Math.max(1.5, this.unit * 0.8);
      context.strokeStyle = line;
      context.stroke();
      context.setLineDash([]);
    }
  }

  drawFigure({ joints, box, strength, concerned }, colours) {
    const { context, w, h } = this;
    context.globalAlpha = strength;
    context.strokeStyle = context.fillStyle = concerned ? colours.concerned : colours.figure;
    context.lineCap = context.lineJoin = "round";
    if (!joints) {
      context.lineWidth = this.unit;
      context.strokeRect(box[0] * w, box[1] * h, (box[2] - box[0]) * w, (box[3] - box[1]) * h);
      return;
    }
    const tall = (box[3] - box[1]) * h;
    const width = Math.min(Math.max(this.unit, tall / 26), this.unit * 3.2);
    context.beginPath();
    for (const [a, b] of LIMBS) {
      if (joints[a][2] < SURE || joints[b][2] < SURE) continue;
      context.moveTo(joints[a][0] * w, joints[a][1] * h);
      context.lineTo(joints[b][0] * w, joints[b][1] * h);
    }
    const colour = context.strokeStyle;
    // A thin halo keeps figures apart from each other and from any picture behind them.
    context.strokeStyle = colours.halo;
    context.lineWidth = width + this.unit;
    context.stroke();
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
    this.drawHead(joints, tall, colours.halo);
  }

  drawHead(joints, tall, halo) {
    const face = joints.slice(0, 5).filter((joint) => joint[2] >= SURE);
    if (!face.length) return;
    const { context, w, h } = this;
    const x = face.reduce((sum, joint) => sum + joint[0], 0) / face.length;
    const y = face.reduce((sum, joint) => sum + joint[1], 0) / face.length;
    const neckX = (joints[5][0] + joints[6][0]) / 2, neckY = (joints[5][1] + joints[6][1]) / 2;
    const reach = Math.hypot((x - neckX) * w, (y - neckY) * h);
    context.beginPath();
    context.arc(x * w, y * h, Math.max(this.unit, Math.min(reach * 0.55, tall * 0.09)), 0, 2 * Math.PI);
    context.strokeStyle = halo;
    context.lineWidth = this.unit;
    context.stroke();
    context.fill();
  }
}

/** The tracks of an observation in fractions of its picture. */
export function toFigures(observation) {
  const [width, height] = observation.size;
  return observation.tracks.map((track) => ({
    id: track.id,
    box: [track.box[0] / width, track.box[1] / height, track.box[2] / width, track.box[3] / height],
    joints: track.keypoints?.map(([x, y, score]) => [x / width, y / height, score]) ?? null,
  }));
}
