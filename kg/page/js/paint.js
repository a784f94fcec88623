// How the picture is painted on its canvas: areas, lines, boxes, and headings that stay in sight.
'use strict';

/** @param {Page} page @param {Shown} shown @param {ReturnType<typeof sideOf>} run that is shown */
function painter(page, shown, run) {
  const {scene, state, yours} = page;
  const face = getComputedStyle(document.body).fontFamily;
  const {READABLE} = LETTERS;

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
    if (!ownText(scene, font, scale)) return ctx.restore(); // too small to be read: labels() writes some of them larger
    ctx.fillStyle = !ghost && yours.ink(node.id) || colour.ink;
    ctx.globalAlpha = on ? 1 : 0.42;
    ctx.font = `${font}px ${face}`;
    ctx.textAlign = 'center';
    ctx.textBaseline = 'alphabetic';
    const top = font * 0.36 - (node.lines.length - 1) * leading / 2;
    node.lines.forEach((text, n) => ctx.fillText(text, 0, top + n * leading));
    ctx.restore();
  }

  /** All that lies under the boxes. @param {CanvasRenderingContext2D} ctx @param {Sight} sight */
  function beneath(ctx, {from, to, scale}) {
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
        if (on === pass) line(ctx, one, on, scale);
      }
    for (const one of shown.lines) if (one.said) said(ctx, one.said, one.at);
    ctx.restore();
  }

  /** @param {CanvasRenderingContext2D} ctx @param {ReadyLine} line @param {boolean} on @param {number} scale */
  function line(ctx, line, on, scale) {
    const {colour} = page;
    const own = state.pick === 'e' + line.edge;
    const strong = own || shown.hover === 'e' + line.edge, apart = line.node < 0 && run.apart(line.edge);
    const ink = colour[line.node >= 0 ? 'condition' : line.kind];
    const width = line.node >= 0 ? 1.6 : line.run ? 2.8 : 1.6;
    const least = 1.1 / scale; // what is thinner than a pixel looks different in each engine, and its dots flow together
    if (strong || apart && on) {
      ctx.strokeStyle = strong ? ink : colour.accent;
      ctx.globalAlpha = 0.25;
      ctx.lineWidth = width + 10;
      ctx.setLineDash([]);
      ctx.stroke(line.path);
    }
    ctx.strokeStyle = ctx.fillStyle = ink;
    ctx.globalAlpha = (on ? (line.run || strong ? 1 : 0.6) : 0.14) * (strong ? 1 : run.strength(line.edge));
    ctx.lineWidth = Math.max(width + (shown.focus && on && line.node < 0 ? 1.1 : 0), least);
    const dashes = scene.dashes[line.style];
    ctx.lineCap = dashes ? 'butt' : 'round';
    ctx.setLineDash(dashes ? dashes.map(part => part * ctx.lineWidth) : []);
    ctx.stroke(line.path);
    ctx.setLineDash([]);
    ctx.lineCap = 'round';
    if (line.head) {
      if (line.filled) ctx.fill(line.tip);
      else {
        ctx.fillStyle = colour.paper;
        ctx.fill(line.tip);
        ctx.lineWidth = Math.max(line.node >= 0 ? 2 : 3.6, least);
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

  /**
   * Where a heading covers no words of boxes: where it is, or else below the boxes there, or where it is if there is no room.
   * @param {number} x @param {number} y @param {number} wide @param {number} size @param {number} low
   */
  function below(x, y, wide, size, low) {
    for (let at = y; at < low;) {
      const over = shown.boxes.find(one => x - size < one.x + one.wide / 2 && one.x - one.wide / 2 < x + wide + size &&
        at - size * 1.2 < one.y + one.high / 2 && one.y - one.high / 2 < at + size * 0.6);
      if (!over) return at;
      at = over.y + over.high / 2 + size * 1.5;
    }
    return y;
  }

  /** Moved so that they stay in sight while their place is. @param {CanvasRenderingContext2D} ctx @param {Sight} sight @returns {Corners[]} where they stand */
  function headings(ctx, {from, to, scale}) {
    const {colour} = page;
    /** @type {Corners[]} */
    const written = [];
    const small = shown.boxes.some(one => !ownText(scene, one.font, scale)); // then labels() writes some of them
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
      if (stuck) y = below(x, y, wide, size, Math.min(low, (from.y + to.y) / 2));
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
      if (!stuck) { // a line that passes does not strike it through
        ctx.strokeStyle = colour[`place-${area.hue}${area.depth ? '-in' : ''}`];
        ctx.lineWidth = size / 5;
        lines.forEach((line, n) => ctx.strokeText(line, x, y + n * leading));
      }
      lines.forEach((line, n) => ctx.fillText(line, x, y + n * leading));
      written.push([x, y - size, x + wide, y + high + size * 0.25]);
    }
    ctx.restore();
    return written;
  }

  return {box, beneath, headings, ...lettering(page, shown, run)};
}
