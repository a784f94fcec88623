// Where too much is to be drawn at once: one node with what leads to it on its left and what it leads to on its right, or
// a step with the neighbours of its subject. Boxes, lines and heads are those of the whole picture.
'use strict';

/**
 * Boxes, lines and a size, as the scene of a drawn page has them; boxes below 0 stand for "n more" on the left (-1) and on
 * the right (-2).
 * @param {LargeScene} scene
 * @param {Part} what
 * @param {number} most how many neighbours a side shows; the others are counted
 */
function neighbours(scene, what, most) {
  const WIDE = 168, HIGH = 74, GAP = 26, ACROSS = 190, PAD = 40;
  const picked = what[0] === 'e' ? +what.slice(1) : -1;
  const centre = picked < 0 ? +what.slice(1) : scene.edges[picked].from;
  /** The steps between a neighbour and the centre, by neighbour; on the left and on the right. @type {Map<number, number[]>[]} */
  const sides = [new Map, new Map];
  /** @type {number[]} */
  const own = [];
  scene.edges.forEach((e, n) => {
    if (e.from === centre && e.to === centre) own.push(n);
    else if (e.to === centre || e.from === centre) {
      const side = sides[+(e.from === centre)], other = e.from === centre ? e.to : e.from;
      if (other >= 0) side.set(other, [...(side.get(other) || []), n]);
    }
  });
  const shown = sides.map(side => {
    const all = [...side];
    all.sort((a, b) => +b[1].includes(picked) - +a[1].includes(picked)); // a step that was asked for is among those shown
    return {some: all.slice(0, most), rest: all.length - Math.min(most, all.length)};
  });
  const rows = Math.max(1, ...shown.map(({some, rest}) => some.length + Math.sign(rest))), used = sides.map(side => +(side.size > 0));
  const height = rows * (HIGH + GAP) - GAP + 2 * PAD, width = WIDE + (used[0] + used[1]) * (WIDE + ACROSS) + 2 * PAD;
  /** @type {Box[]} */
  const nodes = [];
  /** @type {Line[]} */
  const lines = [];
  /** @param {number} id @param {number} x @param {number} y @param {Face} face */
  const box = (id, x, y, {kind, outcome, lines}) => {
    nodes.push({id, x, y, shape: 'custom', wide: WIDE, high: HIGH, kind, outcome, lines, d: scene.outlines[kind]});
  };
  const middle = height / 2, x = PAD + WIDE / 2 + used[0] * (WIDE + ACROSS);
  box(centre, x, middle, scene.nodes[centre]);
  shown.forEach(({some, rest}, right) => {
    const count = some.length + Math.sign(rest), sign = right ? 1 : -1, far = x + sign * (WIDE + ACROSS);
    /** @param {number} n */
    const at = n => middle + (n - (count - 1) / 2) * (HIGH + GAP);
    some.forEach(([other, steps], n) => {
      box(other, far, at(n), scene.nodes[other]);
      steps.forEach((step, k) => {
        const shift = (k - (steps.length - 1) / 2) * Math.min(14, 60 / steps.length);
        const port = middle + Math.max(-HIGH / 2 + 8, Math.min(HIGH / 2 - 8, (at(n) - middle) * 0.12 + shift));
        const near = {x: x + sign * (WIDE / 2 + 3), y: port}, away = {x: far - sign * (WIDE / 2 + 3), y: at(n) + shift};
        lines.push(right ? line(step, near, away) : line(step, away, near));
      });
    });
    if (rest) box(right ? -2 : -1, far, at(count - 1), {kind: 'other', outcome: false, lines: [speak`${rest} more`]});
  });
  for (const step of own) lines.push(loop(step, x, middle - HIGH / 2 - 3));
  return {nodes, lines, width, height};

  /** Both ends are level; the head is on the right. @param {number} step @param {Point} start @param {Point} end */
  function line(step, start, end) {
    const {head, back} = tip(scene.edges[step].kind, end.x, end.y), stop = end.x - back, bend = (stop - start.x) * 0.5;
    const d = `M${start.x} ${start.y}C${start.x + bend} ${start.y} ${stop - bend} ${end.y} ${stop} ${end.y}`;
    return made(step, d, head, (start.x + stop) / 2, (start.y + end.y) / 2);
  }
  /** @param {number} step @param {number} x @param {number} y */
  function loop(step, x, y) {
    return made(step, `M${x - 40} ${y}C${x - 60} ${y - 50} ${x + 60} ${y - 50} ${x + 40} ${y}`, '', x, y - 37);
  }
  /** @param {number} step @param {string} d @param {string} head @param {number} x @param {number} y @returns {Line} */
  function made(step, d, head, x, y) {
    const {kind, style, run, contested, inferred} = scene.edges[step];
    const mark = contested ? `M${x - 9} ${y - 9}L${x + 9} ${y + 9}M${x - 9} ${y + 9}L${x + 9} ${y - 9}`
      : inferred ? `M${x - 8} ${y}L${x} ${y - 8}L${x + 8} ${y}L${x} ${y + 8}Z` : '';
    return {edge: step, kind, d, head, filled: kind === 'increases' || kind === 'circle', style, run, node: -1, mark, at: [x, y]};
  }
  /** As in geometry.py. @param {string} kind @param {number} x @param {number} y */
  function tip(kind, x, y) {
    /** @param {number} x @param {number} r */
    const ring = (x, r) => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
    if (kind === 'increases') return {head: `M${x} ${y}L${x - 16} ${y - 7.5}L${x - 16} ${y + 7.5}Z`, back: 15};
    if (kind === 'decreases') return {head: `M${x - 3} ${y - 14}V${y + 14}`, back: 5};
    if (kind === 'blocks') return {head: `M${x - 19} ${y - 17}V${y + 17}${ring(x - 7, 7)}`, back: 20};
    if (kind === 'circle') return {head: ring(x - 6, 6), back: 12};
    return {head: '', back: 3};
  }
}
