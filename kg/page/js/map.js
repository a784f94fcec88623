// The minimap: where the frame is, when not all of the picture is in it.
'use strict';

/** @param {Page} page @param {Shown} shown @param {(at: Point) => void} move to a point of the picture */
function minimap(page, shown, move) {
  const map = $('map'), ctx = /** @type {CanvasRenderingContext2D} */ (map.getContext('2d'));
  let small = 1;

  function size() {
    small = Math.min(176 / shown.width, 124 / shown.height);
    map.width = Math.round(shown.width * small);
    map.height = Math.round(shown.height * small);
  }

  /** @param {Sight} sight */
  function show({from, to}) {
    const {colour} = page, {focus} = shown;
    map.hidden = from.x <= 6 && from.y <= 6 && to.x >= shown.width - 6 && to.y >= shown.height - 6;
    if (map.hidden) return;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.fillStyle = colour.paper;
    ctx.fillRect(0, 0, map.width, map.height);
    ctx.setTransform(small, 0, 0, small, 0, 0);
    for (const area of shown.areas) {
      ctx.fillStyle = colour[`place-${area.hue}-in`];
      ctx.fill(area.path);
    }
    for (const node of shown.boxes) {
      ctx.globalAlpha = !focus || focus.nodes.has(node.id) ? 1 : 0.3;
      ctx.fillStyle = colour[node.kind + '-line'];
      ctx.fillRect(node.x - node.wide / 2, node.y - node.high / 2, node.wide, node.high);
    }
    ctx.globalAlpha = 1;
    ctx.strokeStyle = colour.accent;
    ctx.lineWidth = 2.5 / small;
    ctx.strokeRect(from.x, from.y, to.x - from.x, to.y - from.y);
  }

  /** @param {PointerEvent} event */
  function aim(event) {
    const at = map.getBoundingClientRect();
    move({x: (event.clientX - at.left) / at.width * shown.width, y: (event.clientY - at.top) / at.height * shown.height});
  }
  map.addEventListener('pointerdown', event => {
    map.setPointerCapture(event.pointerId);
    aim(event);
  });
  map.addEventListener('pointermove', event => map.hasPointerCapture(event.pointerId) && aim(event)); // not one that drags the picture
  return {size, show};
}
