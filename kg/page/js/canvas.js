// A canvas that vis-network pans and zooms, with the picture on it; and two of them, which move together.
'use strict';

/**
 * @param {Page} page
 * @param {Shown} shown
 * @param {HTMLElement} element
 * @param {ReturnType<typeof sideOf>} side the run that it shows
 */
function canvas(page, shown, element, side) {
  const paint = painter(page, shown, side), marks = badges(page, shown, side);
  /** @param {Box} node */
  function shape(node) {
    const path = new Path2D(node.d);
    return {
      ...node,
      label: undefined,
      /** @param {Point & {ctx: CanvasRenderingContext2D}} at */
      ctxRenderer: ({ctx, x, y}) => ({
        drawNode: () => paint.box(ctx, node, path, {x, y}, net.getScale()),
        nodeDimensions: {width: node.wide, height: node.high}
      })
    };
  }
  const nodes = new vis.DataSet(shown.boxes.map(shape));
  const net = new vis.Network(element, {nodes, edges: new vis.DataSet([])}, page.host.options);
  for (const part of element.querySelectorAll('[tabindex]')) part.setAttribute('tabindex', '-1');
  /** @returns {Sight} */
  const sight = () => ({
    from: net.DOMtoCanvas({x: 0, y: 0}), to: net.DOMtoCanvas({x: element.clientWidth, y: element.clientHeight}), scale: net.getScale()
  });
  net.on('beforeDrawing', ctx => {
    shown.focus = page.light.lit();
    shown.numbered = page.light.numbered();
    paint.beneath(ctx, sight());
  });
  net.on('afterDrawing', ctx => {
    const taken = paint.headings(ctx, sight());
    paint.labels(ctx, sight(), taken);
    marks.paint(ctx, sight(), taken);
    paint.numbers(ctx, sight(), taken);
  });
  function put() { // the boxes that stand in the picture now
    nodes.clear();
    nodes.add(shown.boxes.map(shape));
  }
  return {element, net, sight, put};
}

/**
 * The other of two pictures: of what a run is compared with. Both show the same part at the same scale.
 * @param {Page} page
 * @param {Shown} shown
 * @param {ReturnType<typeof canvas>} main
 * @param {(one: ReturnType<typeof canvas>) => void} listen to the pointer
 */
function second(page, shown, main, listen) {
  /** @type {ReturnType<typeof canvas> | null} */
  let other = null;
  /** Where each was moved by the other. @type {Map<VisNetwork, number[]>} */
  const led = new Map;
  /** @param {VisNetwork} net */
  const view = net => [...Object.values(net.getViewPosition()), net.getScale()];
  /** One that moved by itself leads the other. @param {VisNetwork} one @param {VisNetwork} other */
  function lead(one, other) {
    const now = view(one), [x, y, scale] = now;
    if ((led.get(one) ?? []).every((was, n) => Math.abs(was - now[n]) < 1e-6) && led.has(one)) return;
    led.set(one, now).set(other, now);
    other.moveTo({position: {x, y}, scale});
  }
  function fit() { // side by side or one over the other, whichever has the larger pictures
    const {clientWidth: w, clientHeight: h} = $('pictures'), {width, height} = shown, head = 64;
    const across = Math.min(w / 2 / width, (h - head) / height), down = Math.min(w / width, (h / 2 - head) / height);
    $('pictures').classList.toggle('stacked', down > 1.1 * across);
    other?.net.setSize('100%', '100%');
  }
  function show() {
    const on = page.run.paired();
    $('other').hidden = !on;
    if (!on) return;
    fit();
    if (!other) {
      const made = other = canvas(page, shown, $('other'), page.run.compared);
      listen(made);
      main.net.on('afterDrawing', () => page.run.paired() && lead(main.net, made.net));
      made.net.on('afterDrawing', () => page.run.paired() && lead(made.net, main.net));
      led.set(made.net, view(made.net));
    }
    main.net.redraw();
    other.net.redraw();
  }
  return {show, put: () => other?.put(), redraw: () => other?.net.redraw(), fit};
}

/** Finds what is at a point. @type {CanvasRenderingContext2D | undefined} */
let probe;
/** The edge at a point of the picture, one that is lit before others; "" for none. @param {Shown} shown @param {Point} point @param {number} scale @returns {Part} */
function hit(shown, {x, y}, scale) {
  probe ??= /** @type {CanvasRenderingContext2D} */ (document.createElement('canvas').getContext('2d'));
  probe.lineWidth = Math.max(16, 12 / scale);
  let found = '';
  for (const line of shown.lines) {
    if (line.edge < 0) continue;
    const touched = probe.isPointInStroke(line.path, x, y) || line.head && probe.isPointInStroke(line.tip, x, y) ||
      line.diamond && probe.isPointInPath(line.diamond, x, y);
    if (touched && (!found || !shown.focus || shown.focus.edges.has(line.edge))) found = 'e' + line.edge;
  }
  return found;
}
