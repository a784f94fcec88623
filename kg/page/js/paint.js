// How the picture is painted on its canvas: areas, lines, boxes, and headings that stay in sight.
'use strict';

/** @param {Page} page @param {Shown} shown */
function painter(page, shown) {
  const {scene, state, run, yours} = page;
  const face = getComputedStyle(document.body).fontFamily;
  const SMALLEST = 8, READABLE = 10.5; // size of letters on the screen: what is left out, and what is written in its place

  /** How many steps touch a node. @type {Map<number, number>} */
  const degree = new Map;
  for (const {nodes} of scene.edges) for (const node of nodes) degree.set(node, (degree.get(node) ?? 0) + 1);

  /** @param {CanvasRenderingContext2D} ctx @param {Box} node @param {Path2D} path @param {Point} at @param {number} scale */
  function box(ctx, node, path, at, scale) {
    const {colour} = page, {focus} = shown;
    const on = !focus || focus.nodes.has(node.id), chosen = state.pick === 'n' + node.id;
    ctx.save();
    ctx.translate(at.x, at.y);
    ctx.setLineDash([]);
    if (chosen || shown.hover === 'n' + node.id) {
      ctx.strokeStyle = colour[node.kind + '-line'];
      ctx.globalAlpha = chosen ? 0.35 : 0.2;
      ctx.lineWidth = 12;
      ctx.stroke(path);
    }
    ctx.globalAlpha = 1;
    ctx.fillStyle = colour.paper;
    ctx.fill(path);
    ctx.globalAlpha = on ? 1 : 0.3;
    ctx.fillStyle = yours.fill(node.id) || colour[node.kind + '-fill'];
    const ghost = run.ghost(node.id);
    if (ghost || node.id === -1 || node.id === -2) ctx.setLineDash([7, 5]);
    else ctx.fill(path);
    ctx.strokeStyle = colour[node.kind + '-line'];
    ctx.lineWidth = (node.outcome ? 3.4 : 1.7) + (chosen ? 1.2 : 0);
    ctx.stroke(path);
    const font = node.font ?? scene.font, leading = node.leading ?? scene.leading;
    if (scale * font < SMALLEST) return ctx.restore(); // too small to be read: labels() writes some of them larger
    ctx.fillStyle = !ghost && yours.ink(node.id) || colour.ink;
    ctx.globalAlpha = on ? 1 : 0.42;
    ctx.font = `${font}px ${face}`;
    ctx.textAlign = 'center';
    ctx.textBaseline = 'alphabetic';
    const top = font * 0.36 - (node.lines.length - 1) * leading / 2;
    node.lines.forEach((text, n) => ctx.fillText(text, 0, top + n * leading));
    mark(ctx, node, on, scale);
    number(ctx, node, scale);
    ctx.restore();
  }

  /** Of a what-if: a sign and a word on the upper corner of a box, clear of its label. @param {CanvasRenderingContext2D} ctx @param {Box} node @param {boolean} on @param {number} scale */
  function mark(ctx, node, on, scale) {
    const one = run.value(node.id), {colour} = page;
    if (!one) return;
    const far = scale < 0.36; // too small for words
    const size = far ? Math.min(36, 10 / scale) : Math.max(16, Math.min(20, 10 / scale)), high = size + 9;
    const text = tag(ctx, far ? one.sign : one.said, size, 18);
    const x = node.wide / 2 + 8 - text.wide, y = -node.high / 2 - high + (node.lines.length > 2 || far ? 5 : 12);
    ctx.globalAlpha = on ? 1 : 0.5;
    ctx.setLineDash(one.look === 'open' || one.look === 'split' ? [4, 3] : []);
    ctx.fillStyle = one.changed ? colour.accent : colour.panel;
    ctx.strokeStyle = one.changed ? colour.panel : colour.none;
    ctx.lineWidth = 1.4;
    ctx.beginPath();
    ctx.roundRect(x, y, text.wide, high, one.look === 'off' ? 4 : high / 2);
    ctx.fill();
    ctx.stroke();
    ctx.setLineDash([]);
    text.write(x + 9, y + high / 2 + 1, one.changed ? colour['on-accent'] : colour.ink);
  }
  /** The reader's number on the lower corner of a box. @param {CanvasRenderingContext2D} ctx @param {Box} node @param {number} scale */
  function number(ctx, node, scale) {
    const said = yours.number(node.id), {colour} = page;
    if (!said) return;
    const size = Math.max(16, Math.min(32, 10 / scale)), high = size + 7;
    const text = tag(ctx, said, size, 14), x = node.wide / 2 + 6 - text.wide, y = node.high / 2 - high / 2 + 2;
    ctx.globalAlpha = 1;
    ctx.setLineDash([]);
    ctx.fillStyle = colour.panel;
    ctx.strokeStyle = colour.ink;
    ctx.lineWidth = 1.2;
    ctx.beginPath();
    ctx.rect(x, y, text.wide, high);
    ctx.fill();
    ctx.stroke();
    text.write(x + 7, y + high / 2 + 1, colour.ink);
  }
  /** How wide a text in a frame is, and what writes it. @param {CanvasRenderingContext2D} ctx @param {string} text @param {number} size @param {number} margin of both sides */
  function tag(ctx, text, size, margin) {
    ctx.font = `600 ${size}px ${face}`;
    return {
      wide: ctx.measureText(text).width + margin,
      /** @param {number} x @param {number} y @param {string} ink */
      write: (x, y, ink) => {
        ctx.fillStyle = ink;
        ctx.textAlign = 'left';
        ctx.textBaseline = 'middle';
        ctx.fillText(text, x, y);
      }
    };
  }

  /** All that lies under the boxes. @param {CanvasRenderingContext2D} ctx @param {Sight} sight */
  function beneath(ctx, {from, to}) {
    const {colour} = page;
    ctx.save();
    ctx.fillStyle = colour.paper;
    ctx.fillRect(from.x, from.y, to.x - from.x, to.y - from.y);
    ctx.lineCap = 'round';
    for (const area of shown.areas) {
      ctx.fillStyle = colour[`place-${area.hue}${area.depth ? '-in' : ''}`];
      ctx.strokeStyle = colour[`place-${area.hue}-line`];
      ctx.lineWidth = 1.4;
      ctx.fill(area.path);
      ctx.stroke(area.path);
    }
    for (const pass of [false, true])
      for (const one of shown.lines) {
        const on = !shown.focus || shown.focus.edges.has(one.edge);
        if (on === pass) line(ctx, one, on);
      }
    ctx.restore();
  }

  /** @param {CanvasRenderingContext2D} ctx @param {ReadyLine} line @param {boolean} on */
  function line(ctx, line, on) {
    const {colour} = page;
    const own = state.pick === 'e' + line.edge;
    const strong = own || shown.hover === 'e' + line.edge;
    const ink = colour[line.node >= 0 ? 'condition' : line.kind];
    const width = line.node >= 0 ? 1.6 : line.run ? 2.8 : 1.6;
    ctx.strokeStyle = ctx.fillStyle = ink;
    if (strong) {
      ctx.globalAlpha = 0.25;
      ctx.lineWidth = width + 10;
      ctx.setLineDash([]);
      ctx.stroke(line.path);
    }
    ctx.globalAlpha = (on ? (line.run || strong ? 1 : 0.6) : 0.14) * (strong ? 1 : run.strength(line.edge));
    ctx.lineWidth = width + (shown.focus && on && line.node < 0 ? 1.1 : 0);
    ctx.setLineDash(line.style === 'dashed' ? [10, 7] : line.style === 'dotted' ? [0.1, ctx.lineWidth * 2.3] : line.style === 'definition' ? [2, 6] : []);
    ctx.stroke(line.path);
    ctx.setLineDash([]);
    if (line.head) {
      if (line.filled) ctx.fill(line.tip);
      else {
        ctx.fillStyle = colour.paper;
        ctx.fill(line.tip);
        ctx.lineWidth = line.node >= 0 ? 2 : 3.6;
        ctx.stroke(line.tip);
      }
    }
    if (line.diamond) {
      ctx.fillStyle = colour.paper;
      ctx.lineWidth = 2;
      ctx.fill(line.diamond);
      ctx.stroke(line.diamond);
    }
    ctx.globalAlpha = 1;
    if (line.said) said(ctx, line.said, line.at);
  }
  /** A few letters on a line. @param {CanvasRenderingContext2D} ctx @param {string} text @param {number[]} at */
  function said(ctx, text, [x, y]) {
    const {colour} = page;
    ctx.font = `600 17px ${face}`;
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.strokeStyle = colour.paper;
    ctx.lineWidth = 7;
    ctx.strokeText(text, x, y);
    ctx.fillStyle = colour.ink;
    ctx.fillText(text, x, y);
  }

  /** Moved so that they stay in sight while their place is. @param {CanvasRenderingContext2D} ctx @param {Sight} sight @returns {Corners[]} where they stand */
  function headings(ctx, {from, to, scale}) {
    const {colour} = page;
    /** @type {Corners[]} */
    const written = [];
    const small = shown.boxes.some(one => scale * (one.font ?? scene.font) < SMALLEST); // then labels() writes some of them
    const least = small ? READABLE / scale : scene.font; // a name is never smaller than those of its nodes
    const loose = Math.max(scene.font + 1, Math.min(30, 13.5 / scale), least), stuckSize = Math.max(Math.min(28, 13 / scale), least);
    ctx.save();
    ctx.textAlign = 'left';
    ctx.textBaseline = 'alphabetic';
    /** @param {string[]} lines @param {number} size */
    const measured = (lines, size) => {
      ctx.font = `600 ${size}px ${face}`;
      return Math.max(...lines.map(line => ctx.measureText(line).width));
    };
    const stack = new Map; // headings that stick to one corner stand below each other
    for (const area of shown.areas) {
      const stuck = area.y + 8 < from.y, whole = [area.lines.join(' ').replace(/- /g, '-')];
      let lines = whole, size = stuck ? stuckSize : loose;
      const fits = size * Math.min(1, (area.w - 26) / measured(whole, size));
      if (fits >= least || stuck || area.lines.length < 2) size = Math.max(least, fits);
      else {
        lines = area.lines;
        size = Math.max(least, Math.min(size, scene.font + 1)); // two lines stand above the boxes
      }
      const wide = measured(lines, size);
      if (wide > area.w + size) continue; // it would stand on what is beside its place
      const leading = size * 1.05, high = leading * (lines.length - 1);
      const low = area.y + area.h - 10;
      let y = stuck ? from.y + size + 9 / scale : area.y + (lines.length > 1 ? 4 + size * 0.74 : 9 + size);
      const margin = Math.max(0, Math.min(16, (area.w - wide) / 2)), left = area.x + margin;
      let x = Math.min(Math.max(left, from.x + 10 / scale), Math.max(area.x + area.w - margin - wide, left));
      if (stuck) {
        const key = Math.round(x / 40);
        y += stack.get(key) || 0;
        stack.set(key, (stack.get(key) || 0) + size * 1.55);
      }
      const clash = written.find(([a, top, b, bottom]) => x < b && a < x + wide && y - size < bottom && top < y + high);
      if (clash) x = clash[2] + size; // beside the name of what is around it
      if (clash && x + wide > area.x + area.w) continue;
      if (y + high > low || x > to.x || x + wide < from.x || y - size > to.y) continue;
      if (stuck) {
        ctx.globalAlpha = 0.92;
        ctx.fillStyle = colour[`place-${area.hue}-in`];
        ctx.strokeStyle = colour[`place-${area.hue}-line`];
        ctx.lineWidth = 1;
        ctx.beginPath();
        ctx.rect(x - size * 0.4, y - size * 1.05, wide + size * 0.8, size * 1.45);
        ctx.fill();
        ctx.stroke();
      }
      ctx.globalAlpha = shown.focus && !stuck ? 0.75 : 1;
      ctx.fillStyle = colour.heading;
      lines.forEach((line, n) => ctx.fillText(line, x, y + n * leading));
      written.push([x, y - size, x + wide, y + high + size * 0.25]);
    }
    ctx.restore();
    return written;
  }

  /**
   * Where boxes are too small for their own text: the labels that fit without covering each other, first what is chosen or
   * lit, then outcomes, then what most steps touch.
   * @param {CanvasRenderingContext2D} ctx @param {Sight} sight @param {Corners[]} taken where other words stand
   */
  function labels(ctx, {from, to, scale}, taken) {
    const small = shown.boxes.filter(one => scale * (one.font ?? scene.font) < SMALLEST && one.x > from.x && one.x < to.x && one.y > from.y && one.y < to.y);
    if (!small.length) return;
    const {colour} = page, {focus} = shown, size = READABLE / scale, high = size * 1.25;
    /** @param {Box} one */
    const weight = ({id, outcome}) => (state.pick === 'n' + id || shown.hover === 'n' + id ? 4e6 : 0) + (focus?.nodes.has(id) ? 2e6 : 0) + (outcome ? 1e6 : 0) + (degree.get(id) ?? 0);
    ctx.save();
    ctx.font = `600 ${size}px ${face}`;
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.lineJoin = 'round';
    for (const one of small.sort((a, b) => weight(b) - weight(a))) {
      if (focus && !focus.nodes.has(one.id) && shown.hover !== 'n' + one.id) continue;
      const text = one.id < -2 ? one.lines[0] : one.lines.join(' '), wide = ctx.measureText(text).width / 2 + size * 0.3;
      const x = Math.max(from.x + wide, Math.min(to.x - wide, one.x)), y = one.y;
      /** @type {Corners} */
      const room = [x - wide, y - high / 2, x + wide, y + high / 2];
      if (taken.some(([left, top, right, bottom]) => room[0] < right && left < room[2] && room[1] < bottom && top < room[3])) continue;
      taken.push(room);
      ctx.strokeStyle = colour.paper;
      ctx.lineWidth = size * 0.38;
      ctx.strokeText(text, x, y);
      ctx.fillStyle = colour.ink;
      ctx.fillText(text, x, y);
    }
    ctx.restore();
  }

  /** The number of each step of the main line, beside its middle; in a broken ring if it is the curator's own. @param {CanvasRenderingContext2D} ctx @param {Sight} sight */
  function numbers(ctx, {scale}) {
    const {colour} = page, size = Math.max(17, Math.min(30, 11 / scale)), r = size * 0.8;
    ctx.save();
    for (const {edge, node, style, at: [x, y]} of shown.lines) {
      const n = node < 0 ? shown.numbered.indexOf(edge) : -1, own = style === 'dotted'; // the curator's inference
      if (n < 0) continue;
      ctx.beginPath();
      ctx.arc(x, y - r * 1.75, r, 0, 7);
      ctx.fillStyle = own ? colour.panel : colour.accent;
      ctx.strokeStyle = own ? colour.caution : colour.paper;
      ctx.setLineDash(own ? [3, 2] : []);
      ctx.lineWidth = 2;
      ctx.fill();
      ctx.stroke();
      ctx.fillStyle = own ? colour.ink : colour['on-accent'];
      ctx.font = `600 ${size}px ${face}`;
      ctx.textAlign = 'center';
      ctx.textBaseline = 'middle';
      ctx.fillText(String(n + 1), x, y - r * 1.75 + size * 0.06);
    }
    ctx.restore();
  }

  return {box, beneath, headings, labels, numbers};
}
