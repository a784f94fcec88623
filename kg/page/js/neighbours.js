// Where too much is to be drawn at once: one node with what leads to it on its left and what it leads to on its right, up to
// three steps away, or a step with the neighbours of its subject. Boxes, lines and heads are those of the whole picture.
'use strict';

/**
 * Boxes, lines and a size, as the scene of a drawn page has them; boxes below 0 stand for "n more" on the left (-1) and on
 * the right (-2). Each node stands once, in the column of its distance, and steps between neighbouring columns are drawn.
 * @param {LargeScene} scene
 * @param {Part} what
 * @param {number} most how many nodes a column shows; the others are counted
 * @param {number} reach how many steps away
 */
function neighbours(scene, what, most, reach) {
  const WIDE = 168, HIGH = 74, GAP = 26, ACROSS = 190, PAD = 40;
  const picked = what[0] === 'e' ? +what.slice(1) : -1;
  const centre = picked < 0 ? +what.slice(1) : scene.edges[picked].from;
  /** The steps that touch a node. @type {Map<number, number[]>} */
  const touching = new Map;
  scene.edges.forEach((e, n) => {
    for (const end of new Set([e.from, e.to])) touching.set(end, [...(touching.get(end) ?? []), n]);
  });
  /** How many steps to the right of the centre; below 0 to its left. @type {Map<number, number>} */
  const level = new Map([[centre, 0]]);
  /** @type {Map<number, number[]>} */
  const columns = new Map([[0, [centre]]]);
  /** Nodes that a side does not show: left, right. @type {Set<number>[]} */
  const hidden = [new Set, new Set];
  for (let far = 1; far <= reach; far++)
    for (const side of [-1, 1]) {
      /** @type {Set<number>} */
      const found = new Set;
      for (const node of columns.get(side * (far - 1)) ?? [])
        for (const step of touching.get(node) ?? []) {
          const {from, to} = scene.edges[step], other = side > 0 ? to : from;
          if ((side > 0 ? from : to) === node && other >= 0 && !level.has(other)) found.add(other);
        }
      const asked = picked < 0 ? -1 : side > 0 ? scene.edges[picked].to : scene.edges[picked].from;
      const all = [...found].sort((a, b) => +(b === asked) - +(a === asked)); // a step that was asked for is among those shown
      for (const node of all.slice(most)) hidden[+(side > 0)].add(node);
      for (const node of all.slice(0, most)) level.set(node, side * far);
      if (all.length) columns.set(side * far, all.slice(0, most));
    }
  const rest = hidden.map(nodes => [...nodes].filter(node => !level.has(node)).length);
  const places = [...columns.keys()], first = Math.min(...places), last = Math.max(...places);
  /** @param {number} column */
  const size = column => (columns.get(column)?.length ?? 0) + +(column === -1 && rest[0] > 0 || column === 1 && rest[1] > 0);
  const rows = Math.max(...places.map(size));
  const height = rows * (HIGH + GAP) - GAP + 2 * PAD, width = WIDE + (last - first) * (WIDE + ACROSS) + 2 * PAD;
  /** @type {Box[]} */
  const nodes = [];
  /** @type {Line[]} */
  const lines = [];
  /** @type {Map<number, Point>} */
  const spots = new Map;
  /** @param {number} id @param {number} x @param {number} y @param {Face} face */
  const box = (id, x, y, {kind, outcome, lines}) => {
    nodes.push({id, x, y, shape: 'custom', wide: WIDE, high: HIGH, kind, outcome, lines, d: scene.outlines[kind]});
  };
  const middle = height / 2;
  for (const [column, held] of columns) {
    const x = PAD + WIDE / 2 + (column - first) * (WIDE + ACROSS), count = size(column);
    /** @param {number} n */
    const at = n => middle + (n - (count - 1) / 2) * (HIGH + GAP);
    held.forEach((node, n) => {
      spots.set(node, {x, y: at(n)});
      box(node, x, at(n), scene.nodes[node]);
    });
    if (count > held.length) box(column < 0 ? -1 : -2, x, at(count - 1), {kind: 'other', outcome: false, lines: [speak`${rest[+(column > 0)]} more`]});
  }
  /** The steps between two nodes of neighbouring columns. @type {Map<string, number[]>} */
  const between = new Map;
  for (const node of level.keys())
    for (const step of touching.get(node) ?? []) {
      const {from, to} = scene.edges[step], a = level.get(from), b = level.get(to);
      if (from === to && from === centre) lines.push(loop(step, spot(centre).x, spot(centre).y - HIGH / 2 - 3));
      if (from !== node || a === undefined || b === undefined || Math.abs(a - b) !== 1) continue;
      const pair = a < b ? `${from} ${to}` : `${to} ${from}`;
      between.set(pair, [...(between.get(pair) ?? []), step]);
    }
  for (const [pair, steps] of between) {
    const [left, right] = pair.split(' ').map(Number), a = spot(left), b = spot(right);
    steps.forEach((step, k) => {
      const shift = (k - (steps.length - 1) / 2) * Math.min(14, 60 / steps.length);
      /** @param {number} own @param {number} other */
      const port = (own, other) => own + Math.max(-HIGH / 2 + 8, Math.min(HIGH / 2 - 8, (other - own) * 0.12 + shift));
      const start = {x: a.x + WIDE / 2 + 3, y: port(a.y, b.y)}, end = {x: b.x - WIDE / 2 - 3, y: port(b.y, a.y)};
      lines.push(scene.edges[step].from === left ? line(step, start, end) : line(step, end, start));
    });
  }
  return {nodes, lines, width, height};

  /** @param {number} node @returns {Point} */
  function spot(node) {
    return spots.get(node) ?? {x: 0, y: 0};
  }
  /** Level at both ends. @param {number} step @param {Point} start @param {Point} end */
  function line(step, start, end) {
    const way = Math.sign(end.x - start.x), {head, back} = tip(scene.edges[step].kind, end.x, end.y, way);
    const stop = end.x - way * back, bend = (stop - start.x) * 0.5;
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
  /** As in geometry.py. @param {string} kind @param {number} x @param {number} y @param {number} way 1 to the right, -1 to the left */
  function tip(kind, x, y, way) {
    /** @param {number} x @param {number} r */
    const ring = (x, r) => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
    if (kind === 'increases') return {head: `M${x} ${y}L${x - way * 16} ${y - 7.5}L${x - way * 16} ${y + 7.5}Z`, back: 15};
    if (kind === 'decreases') return {head: `M${x - way * 3} ${y - 14}V${y + 14}`, back: 5};
    if (kind === 'blocks') return {head: `M${x - way * 19} ${y - 17}V${y + 17}${ring(x - way * 7, 7)}`, back: 20};
    if (kind === 'circle') return {head: ring(x - way * 6, 6), back: 12};
    return {head: '', back: 3};
  }
}
