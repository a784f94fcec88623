// Where too much is to be drawn at once: one node with what leads to it on its left and what it leads to on its right, or
// a step with the neighbours of its subject. Boxes, lines and heads are those of the whole picture.
'use strict';

// what: 'n' or 'e' and a number; most: how many neighbours a side shows, the others are counted. Returns nodes, lines and
// a size, as the scene of a drawn page has them; nodes below 0 stand for "n more" on the left (-1) and the right (-2).
function neighbours(scene, what, most) {
  const WIDE = 168, HIGH = 74, GAP = 26, ACROSS = 190, PAD = 40;
  const picked = what[0] === 'e' ? +what.slice(1) : -1;
  const centre = picked < 0 ? +what.slice(1) : scene.edges[picked].from;
  const sides = [new Map, new Map], own = []; // neighbour -> the steps between it and the centre
  scene.edges.forEach((e, n) => {
    if (e.from === centre && e.to === centre) own.push(n);
    else if (e.to === centre || e.from === centre) {
      const side = sides[+(e.from === centre)], other = e.from === centre ? e.to : e.from;
      if (other >= 0) side.set(other, [...(side.get(other) || []), n]);
    }
  });
  const shown = sides.map(side => {
    const all = [...side];
    all.sort((a, b) => b[1].includes(picked) - a[1].includes(picked)); // a step that was asked for is among those shown
    return {some: all.slice(0, most), rest: all.length - Math.min(most, all.length)};
  });
  const rows = Math.max(1, ...shown.map(({some, rest}) => some.length + !!rest)), used = sides.map(side => +(side.size > 0));
  const height = rows * (HIGH + GAP) - GAP + 2 * PAD, width = WIDE + (used[0] + used[1]) * (WIDE + ACROSS) + 2 * PAD;
  const nodes = [], lines = [];
  const box = (id, x, y, more) => {
    const node = more ? {kind: 'other', lines: [more]} : scene.nodes[id];
    nodes.push({id, x, y, shape: 'custom', wide: WIDE, high: HIGH, kind: node.kind, outcome: node.outcome, lines: node.lines, d: scene.outlines[node.kind]});
  };
  const middle = height / 2, x = PAD + WIDE / 2 + used[0] * (WIDE + ACROSS);
  box(centre, x, middle);
  shown.forEach(({some, rest}, right) => {
    const count = some.length + !!rest, sign = right ? 1 : -1, far = x + sign * (WIDE + ACROSS);
    const at = n => middle + (n - (count - 1) / 2) * (HIGH + GAP);
    some.forEach(([other, steps], n) => {
      box(other, far, at(n));
      steps.forEach((step, k) => {
        const shift = (k - (steps.length - 1) / 2) * Math.min(14, 60 / steps.length);
        const port = middle + Math.max(-HIGH / 2 + 8, Math.min(HIGH / 2 - 8, (at(n) - middle) * 0.12 + shift));
        const ends = [[x + sign * (WIDE / 2 + 3), port], [far - sign * (WIDE / 2 + 3), at(n) + shift]];
        lines.push(line(scene.edges[step], step, ...(right ? ends : ends.reverse())));
      });
    });
    if (rest) box(right ? -2 : -1, far, at(count - 1), `${rest} more`);
  });
  for (const step of own) lines.push(loop(scene.edges[step], step, x, middle - HIGH / 2 - 3));
  return {nodes, lines, width, height};

  function line(e, step, [x1, y1], [x2, y2]) { // both ends are level; the head is on the right
    const {head, back} = tip(e.kind, x2, y2), end = x2 - back, bend = (end - x1) * 0.5;
    return made(e, step, `M${x1} ${y1}C${x1 + bend} ${y1} ${end - bend} ${y2} ${end} ${y2}`, head, [(x1 + end) / 2, (y1 + y2) / 2]);
  }
  function loop(e, step, x, y) {
    return made(e, step, `M${x - 40} ${y}C${x - 60} ${y - 50} ${x + 60} ${y - 50} ${x + 40} ${y}`, '', [x, y - 37]);
  }
  function made(e, step, d, head, at) {
    const [x, y] = at, mark = e.contested ? `M${x - 9} ${y - 9}L${x + 9} ${y + 9}M${x - 9} ${y + 9}L${x + 9} ${y - 9}`
      : e.inferred ? `M${x - 8} ${y}L${x} ${y - 8}L${x + 8} ${y}L${x} ${y + 8}Z` : '';
    return {edge: step, kind: e.kind, d, head, filled: e.kind === 'increases' || e.kind === 'circle', style: e.style, run: e.run, node: -1, mark, at};
  }
  function tip(kind, x, y) { // as in geometry.py
    const ring = (x, r) => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
    if (kind === 'increases') return {head: `M${x} ${y}L${x - 16} ${y - 7.5}L${x - 16} ${y + 7.5}Z`, back: 15};
    if (kind === 'decreases') return {head: `M${x - 3} ${y - 14}V${y + 14}`, back: 5};
    if (kind === 'blocks') return {head: `M${x - 19} ${y - 17}V${y + 17}${ring(x - 7, 7)}`, back: 20};
    if (kind === 'circle') return {head: ring(x - 6, 6), back: 12};
    return {head: '', back: 3};
  }
}
