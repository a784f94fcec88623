// The legend of what is in the picture: of the signs that Python lists, those that are drawn now.
'use strict';

/** The keys of the signs in a picture, as kg/page/legend.py has them. @param {Pick<Shown, 'lines' | 'boxes'>} shown @param {LegendSign[]} legend @returns {Set<string>} */
function signsIn({lines, boxes}, legend) {
  const found = new Set;
  for (const {edge, node, kind, style, sign, run} of lines) {
    if (edge < 0) {
      found.add('between');
      continue;
    }
    found.add(kind);
    if (node >= 0) continue;
    found.add(style);
    if (sign && !(sign === 'inferred' && style === 'dotted')) found.add(sign);
    if (!run) found.add('idle');
  }
  for (const {id, kind, outcome} of boxes) if (id >= 0) {
    for (const {key, class: look} of legend) if (key.startsWith('box ') && look === kind) found.add(key);
    if (outcome) found.add('box outcome');
  } else if (id < -2) found.add('box part');
  return found;
}

/** Samples with their texts, in columns from the point 0, 0. @param {Pen} pen @param {LegendSign[]} signs @param {Record<string, string>} colour @param {Record<string, number[]>} dashes @param {number} room @param {string} face @returns {number} their height */
function drawSigns(pen, signs, colour, dashes, room, face) {
  const SIZE = 15, TEXT = 54, STEP = 24, GAP = 14;
  pen.font = `${SIZE}px ${face}`;
  const wide = signs.map(({text}) => TEXT + pen.measureText(text).width + GAP);
  /** @type {number[]} */
  let widths = [];
  let rows = 1;
  for (let columns = signs.length; columns > 0; columns--) { // as many as there is room for
    rows = Math.ceil(signs.length / columns);
    widths = Array.from({length: Math.ceil(signs.length / rows)}, (_, n) => Math.max(...wide.slice(n * rows, (n + 1) * rows)));
    if (widths.reduce((sum, one) => sum + one, 0) <= room + GAP) break;
  }
  signs.forEach((sign, n) => {
    pen.save();
    const column = Math.floor(n / rows);
    pen.translate(widths.slice(0, column).reduce((sum, one) => sum + one + GAP, 0), (n % rows) * STEP);
    pen.fillStyle = colour.ink;
    pen.font = `${SIZE}px ${face}`;
    pen.fillText(sign.text, TEXT, STEP / 2 + 5);
    pen.translate(0, STEP / 2 - 8);
    sample(pen, sign, colour, dashes);
    pen.restore();
  });
  return rows * STEP;
}

/** @param {Pen} pen @param {LegendSign} sign @param {Record<string, string>} colour @param {Record<string, number[]>} dashes */
function sample(pen, {class: looks, d, head, mark, style, box}, colour, dashes) {
  const [look, more] = looks.split(' ');
  if (box) {
    pen.fillStyle = colour[`${look}-fill`];
    pen.strokeStyle = colour[`${look}-line`];
    pen.lineWidth = more ? 8 : 4;
    const outline = pen.draw('path', {d, ...pen.line(), fill: pen.fillStyle});
    outline.setAttribute('transform', `translate(${tidy(pen.x + 20)} ${tidy(pen.y)}) scale(.27)`);
    return;
  }
  if (look === 'value') {
    pen.fillStyle = more ? colour.accent : colour.panel;
    pen.strokeStyle = colour.ink;
    pen.lineWidth = 1.2;
    pen.fill(d);
    pen.stroke(d);
    return;
  }
  pen.strokeStyle = pen.fillStyle = colour[look];
  pen.lineWidth = look === 'condition' ? 1.6 : more ? 1.3 : 2.4;
  if (more) pen.globalAlpha = 0.6;
  pen.lineCap = dashes[style] ? 'butt' : 'round';
  pen.setLineDash((dashes[style] ?? []).map(part => part * pen.lineWidth));
  pen.stroke(d);
  pen.setLineDash([]);
  pen.lineCap = 'round';
  if (look === 'increases' || look === 'circle') pen.fill(head);
  else pen.stroke(head);
  pen.fillStyle = colour.paper;
  pen.lineWidth = 1.8;
  pen.fill(mark);
  pen.stroke(mark);
}
