// Badges on the corners of boxes: the value of a node in a run, and the reader's number. They cover no name.
'use strict';

/** @param {Page} page @param {Shown} shown @param {ReturnType<typeof sideOf>} run that is shown */
function badges(page, shown, run) {
  const {scene, yours} = page;
  const face = getComputedStyle(document.body).fontFamily;

  /** How far a badge reaches into its box, by choice. */
  const INTO = [12, 5, -3];

  /** Where the words of a box stand. @param {CanvasRenderingContext2D} ctx @param {Box} box @returns {Corners} */
  function words(ctx, {x, y, lines, font = scene.font, leading = scene.leading}) {
    ctx.font = `${font}px ${face}`;
    const half = Math.max(...lines.map(line => ctx.measureText(line).width)) / 2, rest = (lines.length - 1) * leading;
    const top = y - font * 0.39 - rest / 2;
    return [x - half, top, x + half, top + rest + font];
  }
  /** How much of some names a place covers. @param {Corners} place @param {Corners[]} names */
  const covers = ([left, top, right, bottom], names) => names.reduce((sum, [l, t, r, b]) =>
    sum + Math.max(0, Math.min(right, r) - Math.max(left, l)) * Math.max(0, Math.min(bottom, b) - Math.max(top, t)), 0);

  /** Where a badge of some size hangs: above or below if it can choose, and to the right. @param {Box} box @param {number} wide @param {number} high @param {boolean} below @param {Corners[]} names @param {number} edge the left end of what is in sight */
  function room({x, y, wide: w, high: h}, wide, high, below, names, edge) {
    const ends = [x + w / 2 + 8 - wide, x - w / 2 - 8].map(left => x > edge ? Math.max(left, edge) : left), above = INTO.map(by => y - h / 2 - high + by), under = INTO.map(by => y + h / 2 - by);
    const rooms = (below ? [under, above] : [above, under]).flatMap(tops => ends.flatMap(left => tops.map(top => /** @type {Corners} */ ([left, top, left + wide, top + high]))));
    return rooms.find(one => !covers(one, names)) ?? rooms.reduce((a, b) => covers(b, names) < covers(a, names) ? b : a);
  }

  /**
   * @param {CanvasRenderingContext2D} ctx
   * @param {Sight} sight
   * @param {Corners[]} taken where other words stand; then also where these do
   */
  function paint(ctx, {from, scale}, taken) {
    const {colour} = page, {focus} = shown, names = [...taken];
    /** @param {Box} box @param {string} text @param {boolean} below @param {number} size @param {{fill: string, ink: string, line: string, round: number}} look */
    const hang = (box, text, below, size, {fill, ink, line, round}) => {
      const high = size + 9;
      ctx.font = `600 ${size}px ${face}`;
      const [left, top, right, bottom] = room(box, ctx.measureText(text).width + 18, high, below, names, from.x + 3 / scale);
      names.push([left, top, right, bottom]);
      taken.push([left, top, right, bottom]);
      ctx.font = `600 ${size}px ${face}`;
      ctx.fillStyle = fill;
      ctx.strokeStyle = line;
      ctx.beginPath();
      ctx.roundRect(left, top, right - left, high, round);
      ctx.fill();
      ctx.stroke();
      ctx.setLineDash([]);
      ctx.fillStyle = ink;
      ctx.fillText(text, left + 9, top + high / 2 + 1);
    };
    const legible = shown.boxes.filter(({font}) => ownText(scene, font, scale));
    ctx.save();
    names.push(...legible.map(box => words(ctx, box)));
    ctx.textAlign = 'left';
    ctx.textBaseline = 'middle';
    ctx.lineWidth = 1.4;
    for (const box of legible) {
      const value = run.value(box.id), number = yours.number(box.id), size = Math.max(16, Math.min(20, 10 / scale));
      ctx.globalAlpha = !focus || focus.nodes.has(box.id) ? 1 : 0.5;
      ctx.setLineDash(value && ['open', 'split'].includes(value.look) ? [4, 3] : []);
      if (value) hang(box, value.said, false, size, {
        fill: value.changed ? colour.accent : colour.panel, ink: value.changed ? colour['on-accent'] : colour.ink,
        line: value.changed ? colour.panel : colour.none, round: value.look === 'off' ? 4 : (size + 9) / 2
      });
      ctx.globalAlpha = 1;
      ctx.setLineDash([]);
      if (number) hang(box, number, true, size, {fill: colour.panel, ink: colour.ink, line: colour.ink, round: 0});
    }
    ctx.restore();
  }
  return {paint};
}
