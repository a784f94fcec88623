// The picture: vis-network pans, zooms and finds nodes; every shape is a path that Python computed.
'use strict';

/** @param {Page} page */
function picture(page) {
  const {scene, host, state} = page;
  const FEW = 7, MORE = {left: -1, right: -2}; // neighbours a side shows, where not all is drawn at once; the boxes for others
  const VIEW = -10; // the box of the first mechanism in an overview; the others follow downwards
  const LEAST = 0.08, MOST = 3; // of the scale
  const SMALL = 640, LETTERS = 9.2; // where a frame is less wide, letters are at least as large at first look
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  /** @type {(line: Line) => ReadyLine} */
  const ready = line => ({...line, path: new Path2D(line.d), tip: new Path2D(line.head), diamond: line.mark ? new Path2D(line.mark) : null});
  /** @type {(area: Area) => Ready<Area>} */
  const filled = area => ({...area, path: new Path2D(area.d)});
  /** @type {Shown} */
  const shown = {
    areas: scene.areas.map(filled), lines: scene.lines.map(ready), boxes: host.nodes,
    width: scene.width, height: scene.height, hover: '', focus: null, numbered: new Map
  };
  const main = canvas(page, shown, $('net'), page.run), {net, sight} = main;
  const map = minimap(page, shown, position => net.moveTo({position}));
  const pair = second(page, shown, main, listen);
  const keyed = parts(page, shown, {choose, reveal, glow});
  net.on('afterDrawing', () => {
    map.show(sight());
    keyed.lay(net.canvasToDOM({x: 0, y: 0}), net.getScale());
  });
  map.size();
  keyed.build();

  let due = false;
  function redraw() { // once for all that changes before the next frame
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      net.redraw();
      pair.redraw();
    });
  }

  // ---- of a large mechanism: the neighbours of what is chosen, or at first of a node with many

  let centre = '', more = FEW, around = '';
  function surround() {
    if (scene.drawn) return relaid();
    const part = state.pick && !scene.staged ? -1 : wanted();
    if (scene.views.length && part >= 0) return turn(part);
    viewed = -1;
    if (scene.views.length) $('overview').hidden = false;
    const next = state.pick || 'n' + scene.hub;
    if (next !== centre) more = FEW;
    centre = next;
    const what = `${centre} ${more} ${state.reach}`;
    $('reach').hidden = false;
    if (what === around) return false;
    around = what;
    put({areas: [], ...neighbours(scene, centre, more, state.reach)});
    return true;
  }
  /** @param {{areas: Area[], lines: Line[], nodes: Box[], width: number, height: number}} part */
  function put({areas, lines, nodes, width, height}) {
    Object.assign(shown, {areas: areas.map(filled), lines: lines.map(ready), boxes: nodes, width, height});
    page.folds.list(shown);
    main.put();
    pair.put();
    map.size();
    keyed.build();
  }

  // ---- of what is drawn whole: the layout that the reader chose

  let laid = '';
  function relaid() {
    if (laid === state.layout) return false;
    laid = state.layout;
    const view = scene.layouts[laid] ?? scene, spots = new Map(scene.layouts[laid]?.boxes.map(([id, x, y]) => [id, {x, y}]));
    put({...view, nodes: host.nodes.map(node => ({...node, ...spots.get(node.id)}))});
    return true;
  }

  // ---- of parts: the overview, or one of them, that of the stop or with what is chosen

  let viewed = -1;
  function wanted() {
    const {views} = scene, number = +state.pick.slice(1), stop = scene.staged ? state.stop : state.part;
    if (state.tab === 'explore' || !scene.staged && state.stop && !state.part) { // most of a route, or of what a stop lights
      const lit = page.light.chosen(state.tab === 'explore' ? 'explore' : 'tour'), counts = views.map(({lines}) => lines.filter(({edge}) => lit?.edges.has(edge)).length);
      return lit && Math.max(...counts) ? counts.indexOf(Math.max(...counts)) : stop;
    }
    /** @param {View} view */
    const holds = ({lines, boxes}) => state.pick[0] === 'e' ? lines.some(({edge}) => edge === number) : boxes.some(([id]) => id === number);
    return !state.pick ? stop : [viewed, stop, ...views.keys()].find(n => n > 0 && holds(views[n])) ?? 0;
  }
  /** @param {number} next */
  function turn(next) {
    if (scene.drawn || next === viewed) return false;
    viewed = next;
    around = '';
    $('reach').hidden = true;
    const {boxes, faces, ...view} = scene.views[next], {wide, high} = scene;
    put({...view, nodes: boxes.map(([id, x, y], n) => {
      const face = faces?.[n] ?? scene.nodes[id];
      return {...face, id, x, y, wide, high, shape: 'custom', d: scene.outlines[face.kind]};
    })});
    $('overview').hidden = !next;
    return true;
  }

  // ---- the view

  let framed = '';
  /** @type {[number, number, number] | null} */
  let asked = null;
  /** @type {(scale: number) => number} */
  const bounded = scale => Math.max(LEAST, Math.min(MOST, scale));
  /** @param {number} by */
  const zoom = by => net.moveTo({scale: bounded(net.getScale() * by)});
  /** @type {(at: Point, scale: number) => string} */
  const spell = (at, scale) => [at.x, at.y].map(Math.round).join() + ',' + scale.toFixed(2);
  const look = () => spell(net.getViewPosition(), net.getScale());

  /** @param {Corners} box @param {boolean} gently */
  function view([left, top, right, bottom], gently) {
    const w = $('net').clientWidth, h = $('net').clientHeight;
    if (!w || !h) return;
    const position = {x: (left + right) / 2, y: (top + bottom) / 2};
    const scale = Math.min(w / (right - left), h / (bottom - top), 1.4);
    framed = spell(position, scale);
    asked = null;
    net.moveTo({position, scale, animation: gently && !calm ? {duration: 420, easingFunction: 'easeInOutQuad'} : false});
  }
  /** To what a link asks for; again if the size of the window is only known later. @param {number[]} at */
  function move([x, y, scale]) {
    if (![x, y, scale].every(Number.isFinite)) return;
    asked = [x, y, scale];
    net.moveTo({position: {x, y}, scale: bounded(scale)});
  }
  /** All of it, a little smaller where a box would lie below the buttons. @param {boolean} gently */
  function whole(gently) {
    const {clientWidth: w, clientHeight: h} = $('net'), buttons = $('all').parentElement, wide = buttons?.offsetWidth ?? 0, high = (buttons?.offsetHeight ?? 0) + 16;
    const scale = Math.min(w / shown.width, h / (shown.height + 8), 1.4), left = (w - shown.width * scale) / 2, top = (h - shown.height * scale) / 2;
    const covered = shown.boxes.some(one => left + (one.x + one.wide / 2) * scale > w - wide - 16 && top + (one.y + one.high / 2) * scale > h - high);
    view([0, -4, shown.width, shown.height + 4 + (covered ? high / scale : 0)], gently);
  }
  /**
   * The whole picture where it is legible; otherwise what is lit. In a small frame, as much of
   * what is lit, or else of all, as is legible; the main line counts twice.
   * @param {boolean} gently
   */
  function frame(gently) {
    const {clientWidth: w, clientHeight: h} = $('net'), font = shown.boxes[0]?.font ?? scene.font, {picked, focus} = {picked: ends(), focus: page.light.lit()};
    const fit = Math.min(w / shown.width, h / (shown.height + 8)), least = w < SMALL ? LETTERS / font : 0;
    const line = new Set(scene.line.flatMap(edge => [scene.edges[edge].from, scene.edges[edge].to]));
    const boxes = focus ? shown.boxes.filter(n => focus.nodes.has(n.id)) : [], low = h > 240 ? 48 : 0; // where buttons lie over the picture
    if (fit > Math.max(least, boxes.length ? 0.5 : 0) || !least && (!boxes.length || boxes.length === shown.boxes.length)) return whole(gently);
    /** @type {(some: Box[], margins: Corners) => Corners} */
    const around = (some, [left, top, right, bottom]) => [
      Math.min(...some.map(n => n.x)) - left, Math.min(...some.map(n => n.y)) - top,
      Math.max(...some.map(n => n.x)) + right, Math.max(...some.map(n => n.y)) + bottom
    ];
    const [left, top, right, bottom] = around(boxes.length ? boxes : shown.boxes, [110, 150, 110, 120]);
    if (Math.min(w / (right - left), h / (bottom - top)) >= least) return view([left, top, right, bottom], gently);
    const wide = w / least, high = (h - low) / least; // of what is legible; not all that is lit can be seen
    const some = densest(boxes.length ? boxes : shown.boxes, wide - 200, high - 130, ({id}) => picked.has(id) ? shown.boxes.length : line.has(id) ? 2 : 1);
    const [x, y, x2, y2] = around(some, [100, 80, 100, 50]), dx = (wide - x2 + x) / 2, dy = (high - y2 + y) / 2;
    view([x - dx, y - dy, x2 + dx, y2 + dy + low / least], gently);
  }
  /** The nodes that the reader's choice is about. */
  function ends() {
    const number = +state.pick.slice(1);
    return new Set(state.pick[0] === 'n' ? [number] : state.pick ? [scene.edges[number].from, scene.edges[number].to] : []);
  }
  /** @param {number} dx @param {number} dy */
  function pan(dx, dy) {
    const at = net.getViewPosition(), step = 60 / net.getScale();
    net.moveTo({position: {x: at.x + dx * step, y: at.y + dy * step}});
  }
  /** Moves there if it is out of sight. @param {Point} at */
  function reveal(at) {
    const {x, y} = net.canvasToDOM(at), {clientWidth: w, clientHeight: h} = $('net'), from = net.getViewPosition(), scale = net.getScale();
    /** How far it is from what is well in sight. @param {number} along @param {number} room */
    const off = (along, room) => Math.min(0, along - Math.min(120, room / 4)) + Math.max(0, along - room + Math.min(120, room / 4));
    if (x < 24 || y < 24 || x > w - 24 || y > h - 24) net.moveTo({position: {x: from.x + off(x, w) / scale, y: from.y + off(y, h) / scale}});
  }
  let measured = '';
  new ResizeObserver(() => {
    const size = $('net').clientWidth + 'x' + $('net').clientHeight;
    if (size === measured) return;
    measured = size;
    net.setSize('100%', '100%');
    pair.fit();
    redraw();
    const at = asked;
    frame(false);
    if (at) move(at);
  }).observe($('net'));

  // ---- the pointer

  /** @type {(point: Point) => Part} */
  const under = point => {
    const node = net.getNodeAt(point);
    return node === undefined ? hit(shown, net.DOMtoCanvas(point), net.getScale()) : 'n' + node;
  };
  /** @param {Part} what */
  function choose(what) {
    if (+what.slice(1) <= VIEW) open(VIEW - +what.slice(1) + 1);
    else if (what.startsWith('n-')) { // "n more": ten of them
      more += 10;
      page.show(true);
    } else page.pick(what);
  }
  /** The picture of a part; 0 for the overview. @param {number} part */
  function open(part) {
    if (scene.staged) return page.go(part);
    state.part = part;
    state.pick = '';
    if (state.tab === 'card') state.tab = 'tour';
    page.show(true);
  }
  /** What glows: what the pointer is on, or the keyboard. @param {Part} what */
  function glow(what) {
    if (what === shown.hover) return;
    shown.hover = what;
    redraw();
  }
  /** What the pointer does on one of two pictures: both show the same at the same place. @param {ReturnType<typeof canvas>} one */
  function listen({net, element}) {
    net.on('zoom', () => {
      const scale = net.getScale();
      if (scale !== bounded(scale)) net.moveTo({scale: bounded(scale)});
    });
    net.on('click', event => {
      const on = under(event.pointer.DOM);
      if (on) choose(on);
      else if (state.pick) page.back();
    });
    element.addEventListener('pointermove', event => {
      if (event.pointerType === 'touch') return; // a finger that has gone is on nothing
      const box = element.getBoundingClientRect();
      const on = under({x: event.clientX - box.left, y: event.clientY - box.top});
      element.style.cursor = on ? 'pointer' : 'grab';
      glow(on);
    });
    element.addEventListener('pointerleave', () => glow(keyed.held()));
  }
  listen(main);
  $('nearer').addEventListener('click', () => zoom(1.3));
  $('farther').addEventListener('click', () => zoom(1 / 1.3));
  $('all').addEventListener('click', () => whole(true));
  $('overview').addEventListener('click', () => open(0));
  const reach = $('reach'), layout = $('layout');
  for (const select of [layout, reach]) select?.addEventListener('change', () => {
    Object.assign(state, {layout: layout?.value ?? '', reach: +reach.value});
    page.show(true);
  });

  // ---- where things are on the screen, for tests and for pages that embed this one

  /** @param {Point} at */
  function spot(at) {
    const p = net.canvasToDOM(at), box = $('net').getBoundingClientRect();
    return {x: p.x + box.left, y: p.y + box.top};
  }
  /** @param {string} name of a node or an edge */
  function at(name) {
    const line = shown.lines.find(one => one.node < 0 && scene.edges[one.edge]?.name === name);
    const node = shown.boxes.find(one => (scene.nodes[one.id]?.key ?? `view ${VIEW - one.id + 1}`) === name);
    return line ? spot({x: line.at[0], y: line.at[1]}) : node ? spot(node) : null;
  }
  /** @param {'left' | 'right'} side */
  const rest = side => shown.boxes.some(n => n.id === MORE[side]) ? spot(net.getPosition(MORE[side])) : null;

  /** @param {boolean} gently */
  function show(gently) {
    reach.value = String(state.reach);
    if (layout) layout.value = state.layout;
    const moved = surround();
    pair.show();
    shown.hover = keyed.held();
    keyed.show();
    redraw();
    frame(gently && !moved);
  }
  /** What a part is called; "" for the whole, and in an overview. */
  const part = () => scene.drawn ? '' : viewed > 0 ? speak`Part ${viewed} of ${scene.views.length - 1}: ${scene.parts[viewed - 1]}` : viewed < 0 ? speak`${page.label(shown.boxes[0].id)} and its neighbours` : '';
  return {seen: () => shown, part, show, redraw, zoom, pan, move, whole, look: () => look() === framed ? '' : look(), has: keyed.has, at, more: rest, scale: () => net.getScale()};
}
