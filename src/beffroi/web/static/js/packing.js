// The live wall while nothing is judged: tiles as large as the room lets all of them be.

const NARROWEST = 240;

/** Width of `count` tiles that share a room, each a picture of 16 by 9 over a foot, in pixels. */
function widest(count, width, height, gap, foot) {
  let best = 0;
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const across = (width + gap) / columns - gap;
    const down = ((height + gap) / rows - gap - foot) * (16 / 9);
    best = Math.max(best, Math.min(across, down));
  }
  return Math.floor(best);
}

/** Keep the tiles of a wall fitted to their room; more than fit keep their size, and scroll. */
export function pack(wall) {
  const room = wall.parentElement;
  new ResizeObserver(() => {
    const style = getComputedStyle(room);
    const inside = (side, ...edges) => edges.reduce((left, edge) => left - parseFloat(style[edge]), side);
    const tile = style.overflowY !== "auto" ? 0 : widest(
      wall.children.length,
      inside(room.clientWidth, "paddingLeft", "paddingRight"),
      inside(room.clientHeight, "paddingTop", "paddingBottom"),
      parseFloat(getComputedStyle(wall).columnGap),
      wall.querySelector(".tile-foot").offsetHeight + 2,
    );
    wall.classList.toggle("packed", tile >= NARROWEST);
    wall.style.setProperty("--tile", `${tile}px`);
  }).observe(room);
}
