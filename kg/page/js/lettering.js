// Labels and numbers that find their room in the picture: they cover no other words.
'use strict';

/** The size of letters on the screen: smaller ones are left out, and these are written in their place. */
const LETTERS = {SMALLEST: 9, READABLE: 10.5};
/** Whether boxes write their own text: all of a picture do, or none, though some letters are a little smaller. @param {Scene} scene @param {number | undefined} font @param {number} scale */
const ownText = ({font: usual}, font = usual, scale) => scale * (font > 0.9 * usual ? usual : font) >= LETTERS.SMALLEST;

/** @param {Page} page @param {Shown} shown @param {ReturnType<typeof sideOf>} run that is shown */
function lettering(page, shown, run) {
  const {scene, state} = page, {READABLE} = LETTERS;
  const face = getComputedStyle(document.body).fontFamily;

  /** How many steps touch a node. @type {Map<number, number>} */
  const degree = new Map;
  for (const {nodes} of scene.edges) for (const node of nodes) degree.set(node, (degree.get(node) ?? 0) + 1);

  /** Where the sign of a box may stand, in widths and heights from its middle. */
  const PLACES = [[0, 0], [0.5, 0], [-0.5, 0], [0, 0.5], [0.5, 0.5], [-0.5, 0.5], [0.5, 0.25], [-0.5, 0.25], [0, 0.8]];
  /** From the middle of a line to where its number may stand. */
  const AROUND = [[0, -1], [0, 1], [-1, 0], [1, 0], [-0.75, -0.75], [0.75, -0.75], [-0.75, 0.75], [0.75, 0.75], [0, 0]];
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  /** @type {WeakMap<ReadyLine, number[][]>} */
  const known = new WeakMap;
  /** Points of a line, from its middle to its ends. @param {ReadyLine} line */
  function along(line) {
    let points = known.get(line);
    if (!points) {
      path.setAttribute('d', line.d);
      const far = path.getTotalLength();
      points = [0.38, 0.62, 0.26, 0.74, 0.14, 0.86].map(part => path.getPointAtLength(far * part)).map(({x, y}) => [x, y]);
      known.set(line, points);
    }
    return points;
  }
  /** @type {(one: Corners, other: Corners) => boolean} */
  const meet = (one, [left, top, right, bottom]) => one[0] < right && left < one[2] && one[1] < bottom && top < one[3];
  /** @type {(room: Corners, taken: Corners[]) => boolean} */
  const free = (room, taken) => !taken.some(other => meet(room, other));

  /**
   * Where boxes are too small for their own text: the sign or the number of each in its box, and the labels that fit without covering
   * each other or a sign, first what is chosen or lit, then what changes, then outcomes, then what most steps touch.
   * @param {CanvasRenderingContext2D} ctx @param {Sight} sight @param {Corners[]} taken where other words stand; then also where these do
   */
  function labels(ctx, {from, to, scale}, taken) {
    const {colour} = page, {focus} = shown, size = READABLE / scale, high = size * 1.25;
    /** @param {Box} one */
    const near = ({id}) => state.pick === 'n' + id || shown.hover === 'n' + id;
    const small = shown.boxes.filter(one => !ownText(scene, one.font, scale) && one.x > from.x && one.x < to.x && one.y > from.y && one.y < to.y &&
      (!focus || focus.nodes.has(one.id) || near(one)));
    ctx.save();
    ctx.font = `600 ${size}px ${face}`;
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.lineJoin = 'round';
    const each = small.map(box => {
      const value = run.value(box.id), name = box.id < -2 ? box.lines[0] : box.lines.join(' ');
      /** Its text so far from its middle. @param {string} text @param {number} [across] @param {number} [down] */
      const word = (text, across = 0, down = 0) => {
        const wide = ctx.measureText(text).width / 2 + size * 0.3, x = Math.max(from.x + wide, Math.min(to.x - wide, box.x + across * box.wide)), y = box.y + down * box.high;
        return {text, x, y, room: /** @type {Corners} */ ([x - wide, y - high / 2, x + wide, y + high / 2])};
      };
      const short = value?.sign ?? page.yours.number(box.id), signs = short ? PLACES.map(([across, down]) => word(short, across, down)) : [];
      const label = word(value ? `${short} ${name}` : `${name} ${short}`.trim());
      const weight = (near(box) ? 4e6 : 0) + (focus?.nodes.has(box.id) ? 2e6 : 0) + (value?.changed ? 1.5e6 : 0) + (box.outcome ? 1e6 : 0) + (degree.get(box.id) ?? 0);
      return {box, label, signs, weight, changed: !!value?.changed};
    });
    for (const {box, label, signs, changed} of each.sort((a, b) => b.weight - a.weight)) {
      const covers = () => each.some(other => other.box !== box && other.signs.length && meet(label.room, other.signs[0].room));
      const one = free(label.room, taken) && (near(box) || !covers()) ? label : signs.find(({room}) => free(room, taken));
      if (!one) continue;
      const [left, top, right] = one.room;
      taken.push(one.room);
      if (changed) {
        ctx.fillStyle = colour.accent;
        ctx.beginPath();
        ctx.roundRect(left, top, right - left, high, size * 0.3);
        ctx.fill();
      } else {
        ctx.strokeStyle = colour.paper;
        ctx.lineWidth = size * 0.38;
        ctx.strokeText(one.text, one.x, one.y);
      }
      ctx.fillStyle = colour[changed ? 'on-accent' : 'ink'];
      ctx.fillText(one.text, one.x, one.y + size * 0.04);
    }
    ctx.restore();
  }

  /**
   * In a ring beside the middle of each line that has one: its number, broken if the step is the curator's own; of two runs
   * a sign where only one of them takes the step. The main line is filled in.
   * @param {CanvasRenderingContext2D} ctx @param {Sight} sight @param {Corners[]} taken where words stand
   */
  function numbers(ctx, {from, to, scale}, taken) {
    const {colour} = page, {numbered, focus} = shown, size = Math.max(17, Math.min(30, 11 / scale), 9.5 / scale), r = size * 0.8;
    const texts = new Map(shown.lines.flatMap(({edge, node}) => node >= 0 ? [] : numbered.has(edge) ? [[edge, String(numbered.get(edge))]] : run.apart(edge) ? [[edge, 'Δ']] : []));
    /** @type {Corners[]} */
    const boxes = shown.boxes.map(({x, y, wide, high}) => [x - wide / 2, y - high / 2, x + wide / 2, y + high / 2]);
    /** @param {ReadyLine} line */
    const weight = ({edge}) => (state.pick === 'e' + edge ? 2 : 0) + (focus?.edges.has(edge) ? 1 : 0);
    ctx.save();
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    for (const line of shown.lines.filter(({edge, node}) => node < 0 && texts.has(edge)).sort((a, b) => weight(b) - weight(a))) {
      const {edge, style} = line;
      if (focus && !focus.edges.has(edge)) continue;
      const text = texts.get(edge) ?? '', own = numbered.has(edge) && style === 'dotted', full = !own && (text === 'Δ' || page.light.alongLine());
      const beside = (line.mark ? [1.75] : [1.2, 1.75]).flatMap(by => AROUND.map(([dx, dy]) => [line.at[0] + r * by * dx, line.at[1] + r * by * dy]));
      /** @type {Corners[]} */
      const rooms = [...beside, ...along(line)].map(([x, y]) => [x - r, y - r, x + r, y + r]);
      const open = rooms.filter(room => free(room, taken) && room[0] > from.x && room[1] > from.y && room[2] < to.x && room[3] < to.y);
      const room = open.find(room => free(room, boxes)) ?? open[0];
      if (!room) continue;
      taken.push(room);
      const x = room[0] + r, y = room[1] + r;
      ctx.beginPath();
      ctx.arc(x, y, r, 0, 7);
      ctx.fillStyle = full ? colour.accent : colour.panel;
      ctx.strokeStyle = own ? colour.caution : full ? colour.paper : colour.none;
      ctx.setLineDash(own ? [3, 2] : []);
      ctx.lineWidth = Math.max(full || own ? 2 : 1.2, 0.8 / scale);
      ctx.fill();
      ctx.stroke();
      ctx.fillStyle = full ? colour['on-accent'] : colour.ink;
      ctx.font = `600 ${text.length > 2 ? size * 0.8 : size}px ${face}`;
      ctx.fillText(text, x, y + size * 0.06);
    }
    ctx.restore();
  }

  return {labels, numbers};
}
