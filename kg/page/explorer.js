// The explorer's script: selects, dims, zooms, filters and finds. Text goes into the page as text only, never as markup.
'use strict';
(() => {
  const $ = id => document.getElementById(id);
  const all = selector => [...document.querySelectorAll(selector)];
  const scene = JSON.parse($('scene').textContent);
  const host = JSON.parse($('host').textContent);
  const root = document.documentElement, body = document.body;
  const ask = new URLSearchParams(location.search);
  const embed = ask.get('embed') === '1';
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const TABS = all('[role=tab]').map(e => e.id.slice(4));
  const MOST = 100; // routes that are listed
  const FEW = 7, MORE = {left: -1, right: -2};
  const byEdge = new Map(scene.edges.map((e, n) => [e.name, n]));
  const byNode = new Map(scene.nodes.map((n, k) => [n.key, k]));
  const listed = new Map(all('#steps [data-edge]').map(b => [+b.dataset.edge, b]));
  const order = [...new Set([...listed.keys(), ...scene.edges.keys()])].map(n => 'e' + n).concat(scene.nodes.map((_, n) => 'n' + n));
  const label = node => scene.names[node][1];
  const spoken = all('.said'), tongues = $('language') ? [...$('language').options].map(o => o.value) : [''];
  // the whole state of the page; everything shown follows from it
  const state = {stop: 0, pick: '', tab: 'tour', plain: false, lang: '', filter: scene.facets.map(() => new Set), from: -1, to: -1, way: -1};
  let hover = '', colour = {}, found = {routes: [], capped: false};
  const say = n => scene.names[scene.nodes.length + n][1];
  const run = whatIf({scene, state, label, say, lit: () => chosen(), show: () => show(true)});
  const yours = overlay({scene, state, label, forms: text => forms(text), show: () => show(false)});

  if (embed) {
    root.classList.add('embedded');
    body.classList.add('embed');
  }
  if (location.protocol === 'about:') root.classList.add('srcdoc'); // in a notebook: there is no file to open, and nothing can be saved
  if (scene.drawn) root.style.setProperty('--ratio', (scene.width / scene.height).toFixed(3));

  // ---- what is lit

  const filtering = () => state.filter.some(set => set.size);
  const passes = n => state.filter.every((set, f) => !set.size || scene.edges[n].tags[f].some(t => set.has(t)));

  function chosen() { // what the reader's choice lights: null for everything
    const edges = new Set, nodes = new Set;
    const add = n => {
      edges.add(n);
      scene.edges[n].nodes.forEach(k => nodes.add(k));
    };
    if (state.tab === 'runs' && run.asked()) return null;
    if (state.tab === 'explore') {
      const route = found.routes[state.way];
      if (!route) return null;
      for (const n of route.edges) [n, ...scene.edges[n].blocks].forEach(add);
    } else if (state.pick[0] === 'e') {
      const n = +state.pick.slice(1);
      [n, ...scene.edges[n].blocks].forEach(add);
    } else if (state.pick[0] === 'n') {
      const k = +state.pick.slice(1);
      scene.edges.forEach((e, n) => e.nodes.includes(k) && add(n));
      nodes.add(k);
    } else {
      const stop = scene.stops[state.stop - 1];
      if (!stop) return null;
      for (const n of stop.edges) [n, ...scene.edges[n].blocks].forEach(add);
      stop.nodes.forEach(k => nodes.add(k));
    }
    return {edges, nodes};
  }

  function lit() { // the choice, without what the filters exclude
    const base = chosen();
    if (!filtering()) return base;
    const edges = new Set([...scene.edges.keys()].filter(n => (!base || base.edges.has(n)) && (passes(n) || state.pick === 'e' + n)));
    const nodes = new Set([...edges].flatMap(n => scene.edges[n].nodes));
    if (state.pick[0] === 'n' && base) nodes.add(+state.pick.slice(1));
    return {edges, nodes};
  }

  // ---- the picture: vis-network pans, zooms and finds nodes; every shape is a path that Python computed

  let more = FEW; // neighbours a side shows, where not all is drawn at once
  const picture = drawn();

  function drawn() {
    const ready = lines => lines.forEach(line => {
      line.path = new Path2D(line.d);
      line.tip = new Path2D(line.head);
      line.diamond = line.mark && new Path2D(line.mark);
    });
    ready(scene.lines);
    for (const area of scene.areas) area.path = new Path2D(area.d);
    const face = getComputedStyle(body).fontFamily;
    const probe = document.createElement('canvas').getContext('2d');
    let focus = null, framed = '', held = null;

    const shape = node => {
      const path = new Path2D(node.d);
      const half = [node.wide / 2, node.high / 2];
      return {
        ...node,
        label: undefined,
        ctxRenderer: ({ctx, x, y}) => ({
          drawNode() {
            const on = !focus || focus.nodes.has(node.id);
            const chosen = state.pick === 'n' + node.id;
            ctx.save();
            ctx.translate(x, y);
            ctx.setLineDash([]);
            if (chosen || hover === 'n' + node.id) {
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
            if (ghost || node.id < 0) ctx.setLineDash([7, 5]);
            else ctx.fill(path);
            ctx.strokeStyle = colour[node.kind + '-line'];
            ctx.lineWidth = (node.outcome ? 3.4 : 1.7) + (chosen ? 1.2 : 0);
            ctx.stroke(path);
            if (net.getScale() * scene.font < 3) return ctx.restore(); // nobody could read it
            ctx.fillStyle = !ghost && yours.ink(node.id) || colour.ink;
            ctx.globalAlpha = on ? 1 : 0.42;
            ctx.font = `${scene.font}px ${face}`;
            ctx.textAlign = 'center';
            ctx.textBaseline = 'alphabetic';
            const first = scene.font * 0.36 - (node.lines.length - 1) * scene.leading / 2;
            node.lines.forEach((text, n) => ctx.fillText(text, 0, first + n * scene.leading));
            run.badge(ctx, node, on, half, colour, face, net.getScale());
            yours.badge(ctx, node.id, half, colour, face, net.getScale());
            ctx.restore();
          },
          nodeDimensions: {width: 2 * half[0], height: 2 * half[1]}
        })
      };
    };
    let shapes = host.nodes.map(shape), around = '';
    const data = {nodes: new vis.DataSet(shapes), edges: new vis.DataSet([])};
    const net = new vis.Network($('net'), data, host.options);
    all('#net [tabindex]').forEach(e => { e.tabIndex = -1; });
    function surround() { // a large mechanism: the neighbours of what is chosen, or at first of a node with many, are the picture
      const centre = state.pick || 'n' + scene.hub, what = `${centre} ${more}`;
      if (scene.drawn || what === around) return false;
      around = what;
      const part = neighbours(scene, centre, more);
      ready(part.lines);
      Object.assign(scene, {lines: part.lines, width: part.width, height: part.height});
      shapes = part.nodes.map(shape);
      data.nodes.clear();
      data.nodes.add(shapes);
      size();
      return true;
    }
    let due = false;
    function redraw() { // once for all that changes before the next frame
      if (due) return;
      due = true;
      requestAnimationFrame(() => {
        due = false;
        net.redraw();
      });
    }

    net.on('beforeDrawing', ctx => {
      focus = lit();
      ctx.save();
      const corner = net.DOMtoCanvas({x: 0, y: 0}), far = net.DOMtoCanvas({x: $('net').clientWidth, y: $('net').clientHeight});
      ctx.fillStyle = colour.paper;
      ctx.fillRect(corner.x, corner.y, far.x - corner.x, far.y - corner.y);
      ctx.lineCap = 'round';
      for (const area of scene.areas) {
        ctx.fillStyle = colour[`place-${area.hue}${area.depth ? '-in' : ''}`];
        ctx.strokeStyle = colour[`place-${area.hue}-line`];
        ctx.lineWidth = 1.4;
        ctx.fill(area.path);
        ctx.stroke(area.path);
      }
      for (const pass of [0, 1])
        for (const line of scene.lines) {
          const on = !focus || focus.edges.has(line.edge);
          if (on === !!pass) drawLine(ctx, line, on);
        }
      ctx.restore();
    });

    function drawLine(ctx, line, on) {
      const own = state.pick === 'e' + line.edge;
      const strong = own || hover === 'e' + line.edge;
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
      ctx.lineWidth = width + (focus && on && line.node < 0 ? 1.1 : 0);
      ctx.setLineDash(line.style === 'dashed' ? [10, 7] : line.style === 'dotted' ? [0.1, ctx.lineWidth * 2.3] : []);
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
    }

    net.on('afterDrawing', ctx => { // headings last, and moved so that they stay in sight while their place is
      const from = net.DOMtoCanvas({x: 0, y: 0});
      const to = net.DOMtoCanvas({x: $('net').clientWidth, y: $('net').clientHeight});
      const scale = net.getScale();
      const loose = Math.max(17, Math.min(30, 13.5 / scale)), stuckSize = Math.min(28, 13 / scale);
      ctx.save();
      ctx.textAlign = 'left';
      ctx.textBaseline = 'alphabetic';
      const stack = new Map; // headings that stick to one corner stand below each other
      for (const area of scene.areas) {
        const stuck = area.y + 8 < from.y;
        let size = stuck ? stuckSize : loose;
        ctx.font = `600 ${size}px ${face}`;
        size *= Math.min(1, (area.w - 26) / ctx.measureText(area.label).width);
        ctx.font = `600 ${size}px ${face}`;
        const wide = ctx.measureText(area.label).width;
        const low = area.y + area.h - 10, right = area.x + area.w - 16 - wide;
        let y = stuck ? from.y + size + 9 / scale : area.y + 9 + size;
        const x = Math.min(Math.max(area.x + 16, from.x + 10 / scale), Math.max(right, area.x + 16));
        if (stuck) {
          const key = Math.round(x / 40);
          y += stack.get(key) || 0;
          stack.set(key, (stack.get(key) || 0) + size * 1.55);
        }
        if (y > low || x > to.x || x + wide < from.x || y - size > to.y) continue;
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
        ctx.globalAlpha = focus && !stuck ? 0.75 : 1;
        ctx.fillStyle = colour.heading;
        ctx.fillText(area.label, x, y);
      }
      ctx.restore();
      drawMap(from, to);
    });

    function hit(point) { // the edge at a point of the page, or nothing
      const p = net.DOMtoCanvas(point);
      probe.lineWidth = Math.max(16, 12 / net.getScale());
      let found = '';
      for (const line of scene.lines) {
        const touched = probe.isPointInStroke(line.path, p.x, p.y) || line.head && probe.isPointInStroke(line.tip, p.x, p.y) ||
          line.diamond && probe.isPointInPath(line.diamond, p.x, p.y);
        if (touched && (!found || !focus || focus.edges.has(line.edge))) found = 'e' + line.edge;
      }
      return found;
    }
    const under = point => {
      const node = net.getNodeAt(point);
      return node === undefined ? hit(point) : 'n' + node;
    };

    // the minimap: where the frame is, when not all is in it
    const map = $('map');
    let small, full;
    function size() {
      small = Math.min(176 / scene.width, 124 / scene.height);
      map.width = Math.round(scene.width * small);
      map.height = Math.round(scene.height * small);
      full = [0, -4, scene.width, scene.height + 4];
    }
    size();
    function drawMap(from, to) {
      map.hidden = from.x <= 6 && from.y <= 6 && to.x >= scene.width - 6 && to.y >= scene.height - 6;
      if (map.hidden) return;
      const ctx = map.getContext('2d');
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.fillStyle = colour.paper;
      ctx.fillRect(0, 0, map.width, map.height);
      ctx.setTransform(small, 0, 0, small, 0, 0);
      for (const area of scene.areas) {
        ctx.fillStyle = colour[`place-${area.hue}-in`];
        ctx.fill(area.path);
      }
      for (const node of shapes) {
        ctx.globalAlpha = !focus || focus.nodes.has(node.id) ? 1 : 0.3;
        ctx.fillStyle = colour[node.kind + '-line'];
        ctx.fillRect(node.x - node.wide / 2, node.y - node.high / 2, node.wide, node.high);
      }
      ctx.globalAlpha = 1;
      ctx.strokeStyle = colour.accent;
      ctx.lineWidth = 2.5 / small;
      ctx.strokeRect(from.x, from.y, to.x - from.x, to.y - from.y);
    }
    const aim = event => {
      const box = map.getBoundingClientRect();
      net.moveTo({position: {x: (event.clientX - box.left) / box.width * scene.width, y: (event.clientY - box.top) / box.height * scene.height}});
    };
    map.addEventListener('pointerdown', event => {
      map.setPointerCapture(event.pointerId);
      aim(event);
    });
    map.addEventListener('pointermove', event => event.buttons && aim(event));

    function view(box, gently) {
      const w = $('net').clientWidth, h = $('net').clientHeight;
      if (!w || !h) return;
      const position = {x: (box[0] + box[2]) / 2, y: (box[1] + box[3]) / 2};
      const scale = Math.min(w / (box[2] - box[0]), h / (box[3] - box[1]), 1.4);
      framed = spell(position, scale);
      held = null;
      net.moveTo({position, scale, animation: gently && !calm ? {duration: 420, easingFunction: 'easeInOutQuad'} : false});
    }
    const spell = (at, scale) => [at.x, at.y].map(Math.round).join() + ',' + scale.toFixed(2);
    const look = () => spell(net.getViewPosition(), net.getScale());
    function move(at) { // to what a link asks for; again if the size of the window is only known later
      if (!at.every(Number.isFinite)) return;
      held = at;
      net.moveTo({position: {x: at[0], y: at[1]}, scale: Math.max(0.08, Math.min(3, at[2]))});
    }

    function frame(gently) { // the whole picture where it is legible; otherwise what is lit
      const scale = Math.min($('net').clientWidth / scene.width, $('net').clientHeight / scene.height);
      const on = lit();
      const boxes = on && shapes.filter(n => on.nodes.has(n.id));
      if (scale > 0.5 || !boxes || !boxes.length || boxes.length === shapes.length) view(full, gently);
      else view([
        Math.min(...boxes.map(n => n.x)) - 110, Math.min(...boxes.map(n => n.y)) - 150,
        Math.max(...boxes.map(n => n.x)) + 110, Math.max(...boxes.map(n => n.y)) + 120
      ], gently);
    }
    function spot(at) { // a point of the picture on the screen
      const p = net.canvasToDOM(at), box = $('net').getBoundingClientRect();
      return {x: p.x + box.left, y: p.y + box.top};
    }
    function zoom(by) {
      net.moveTo({scale: Math.max(0.08, Math.min(3, net.getScale() * by))});
    }

    net.on('click', event => {
      const on = under(event.pointer.DOM);
      if (on.startsWith('n-')) widen();
      else if (on) pick(on);
      else if (state.pick) go(state.stop);
    });
    net.on('zoom', () => {
      const scale = net.getScale();
      if (scale > 3 || scale < 0.08) net.moveTo({scale: Math.max(0.08, Math.min(3, scale))});
    });
    $('net').addEventListener('mousemove', event => {
      const box = $('net').getBoundingClientRect();
      const on = under({x: event.clientX - box.left, y: event.clientY - box.top});
      $('net').style.cursor = on ? 'pointer' : 'grab';
      if (on !== hover) {
        hover = on;
        redraw();
      }
    });
    let measured = '';
    new ResizeObserver(() => {
      const size = $('net').clientWidth + 'x' + $('net').clientHeight;
      if (size === measured) return;
      measured = size;
      net.setSize('100%', '100%');
      redraw();
      const at = held;
      frame(false);
      if (at) move(at);
    }).observe($('net'));
    return {
      frame, zoom, move, surround,
      redraw,
      whole: () => view(full, true),
      pan(dx, dy) {
        const at = net.getViewPosition(), step = 60 / net.getScale();
        net.moveTo({position: {x: at.x + dx * step, y: at.y + dy * step}});
      },
      look: () => look() === framed ? '' : look(),
      more: side => shapes.some(n => n.id === MORE[side]) ? spot(net.getPosition(MORE[side])) : null,
      scale: () => net.getScale(),
      at(name) {
        const line = scene.lines.find(l => l.node < 0 && l.edge === byEdge.get(name));
        const node = shapes.find(n => n.id === byNode.get(name));
        if (!line && !node) return null;
        return spot(line ? {x: line.at[0], y: line.at[1]} : {x: node.x, y: node.y});
      }
    };
  }

  // ---- what the reader does: each changes the state, then shows it

  function go(stop) {
    state.stop = Math.max(0, Math.min(scene.stops.length, stop));
    state.pick = '';
    state.tab = 'tour';
    show(true);
  }
  function pick(what, keepTab) {
    if (what !== state.pick) more = FEW;
    state.pick = what;
    if (!keepTab) state.tab = 'card';
    show(true);
  }
  function widen() { // more neighbours
    more += 10;
    show(true);
  }
  function walk(by) {
    const n = order.indexOf(state.pick);
    pick(order[(n + by + order.length) % order.length]);
  }
  function tab(key, focusToo) {
    state.tab = key;
    show(true);
    if (focusToo) $('tab-' + key).focus();
  }

  // Cards and the static picture wait as text in <noscript>, so that a large page opens quickly; Python escaped them.
  const parsed = (text, type) => new DOMParser().parseFromString(text, type);
  function card(what) { // in a large page they are compressed, many to a block: then it comes a little later
    const waiting = document.querySelector(`[data-later="${what}"]`), kind = what[0], n = +what.slice(1);
    if (waiting) waiting.replaceWith(parsed(waiting.textContent, 'text/html').querySelector('.card'));
    const block = !scene.drawn && !document.querySelector(`[data-card="${what}"]`) && $(`pack-${kind}${Math.floor(n / scene.pack)}`);
    return block && unpacked(block).then(cards => {
      if (!document.querySelector(`[data-card="${what}"]`)) $('cards').append(parsed(cards[n % scene.pack], 'text/html').querySelector('.card'));
    });
  }
  const packs = new Map;
  function unpacked(block) {
    if (!packs.has(block)) {
      const bytes = Uint8Array.from(atob(block.textContent), c => c.charCodeAt(0));
      packs.set(block, new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).json());
    }
    return packs.get(block);
  }
  let untouched; // the static picture as Python drew it
  function still() { // a copy of it, with the run and the numbers that the reader laid over it, and a line that says so
    if ($('later')) $('later').replaceWith(document.importNode(parsed($('later').textContent, 'image/svg+xml').documentElement, true));
    untouched ??= document.querySelector('#static svg');
    const {light} = scene, svg = untouched.cloneNode(true), said = [run.title(), yours.title()].filter(Boolean).join(' · ');
    if (!said || !scene.drawn) return svg;
    const draw = (where, tag, attributes, text = '') => {
      const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      element.textContent = text;
      where.append(element);
      return element;
    };
    const measure = document.createElement('canvas').getContext('2d'), stage = svg.querySelector('g'), bold = {'font-weight': 600};
    measure.font = `600 16px ${getComputedStyle(body).fontFamily}`;
    const boxes = [...stage.children].filter(one => one.localName === 'g').slice(-host.nodes.length); // drawn last, in this order
    host.nodes.forEach((node, n) => {
      const number = yours.number(node.id), value = run.value(node.id), shape = boxes[n].querySelector('path');
      if (number) shape.setAttribute('fill', yours.fill(node.id)), boxes[n].querySelector('text').setAttribute('fill', yours.ink(node.id));
      else if (yours.title()) shape.setAttribute('fill', light.panel);
      if (value?.look === 'off') shape.setAttribute('stroke-dasharray', '7 5');
      for (const [text, y, strong] of [[value?.said, node.y - node.high / 2 - (node.lines.length > 2 ? 22 : 15), value?.changed], [number, node.y + node.high / 2 - 8, false]]) if (text) {
        const wide = measure.measureText(text).width + 20, x = node.x + node.wide / 2 + 8 - wide;
        draw(stage, 'rect', {x, y, width: wide, height: 24, rx: 8, fill: strong ? light.accent : light.panel, stroke: light.ink, 'stroke-width': 1.2});
        draw(stage, 'text', {x: x + 10, y: y + 17.5, 'font-size': 16, ...bold, fill: strong ? light['on-accent'] : light.ink}, text);
      }
    });
    const line = draw(svg, 'text', {x: 28, y: 63, 'font-size': 15, ...bold, fill: light.accent}, said);
    const room = svg.viewBox.baseVal.width - 60, far = measure.measureText(said).width * 15 / 16;
    if (far > room) line.setAttribute('textLength', room), line.setAttribute('lengthAdjust', 'spacingAndGlyphs');
    return svg;
  }
  const printed = () => {
    const now = still();
    document.querySelector('#static svg').replaceWith(now);
  };
  addEventListener('beforeprint', printed);
  matchMedia('print').addEventListener('change', printed);

  const shownNow = {};
  function only(kind, selector) { // shows one element of many: the class .on, looked up each time
    if (shownNow[kind]) shownNow[kind].classList.remove('on');
    shownNow[kind] = selector && document.querySelector(selector);
    if (shownNow[kind]) shownNow[kind].classList.add('on');
  }

  function show(gently) {
    for (const key of TABS) {
      const on = key === state.tab;
      $('tab-' + key).setAttribute('aria-selected', on);
      $('tab-' + key).tabIndex = on ? 0 : -1;
      if ($(key).hidden === on) $(key).hidden = !on;
    }
    body.dataset.tab = state.tab;
    only('stop', `.stop[data-stop="${state.stop}"]`);
    const later = state.pick && card(state.pick);
    only('card', state.pick && `.card[data-card="${state.pick}"]`);
    if (later) later.then(() => show(false));
    $('empty').hidden = !!state.pick;
    $('walk').hidden = !state.pick;
    $('copy').hidden = !scene.copies[state.pick];
    if (!$('copied').hidden && $('copied').dataset.of !== state.pick) $('copied').hidden = true, $('copy-said').textContent = '';
    for (const button of all('[data-copy]')) button.hidden = !(scene.copies[state.pick] || {})[button.dataset.copy];
    if (state.pick) $('where').textContent = `${order.indexOf(state.pick) + 1} of ${order.length}`;
    all('[aria-current]').forEach(e => e.removeAttribute('aria-current'));
    const mark = e => e && e.setAttribute('aria-current', 'true');
    if (state.pick[0] === 'e') mark(listed.get(+state.pick.slice(1)));
    if (!state.pick) mark(document.querySelector(`[data-goto="${state.stop}"]`));
    mark(document.querySelector(`[data-way="${state.way}"]`));
    if ($('count')) {
      $('count').textContent = state.stop ? `${state.stop} of ${scene.stops.length}` : 'Overview';
      $('back').setAttribute('aria-disabled', state.stop === 0);
      $('next').setAttribute('aria-disabled', state.stop === scene.stops.length);
      $('next').textContent = state.stop ? 'Next →' : 'Start the tour →';
    }
    if ($('plain')) $('plain').checked = state.plain;
    if ($('language')) {
      $('language').value = state.lang;
      for (const e of spoken) e.hidden = e.dataset.lang !== state.lang;
    }
    body.classList.toggle('plain', state.plain);
    const active = document.activeElement;
    if (active && active !== body && !active.getClientRects().length) $(state.tab).focus({preventScroll: true});
    for (const one of [run, yours]) {
      one.show();
      if (shownNow.card) one.card(shownNow.card, state.pick);
    }
    if (state.tab === 'explore') fill();
    const moved = picture.surround();
    picture.redraw();
    picture.frame(gently && !moved);
    write();
    offer();
  }

  // ---- filters

  function filter() {
    const on = filtering(), count = [...scene.edges.keys()].filter(passes).length;
    $('passing').textContent = on ? `${count} of ${scene.edges.length} steps are lit.` : `All ${scene.edges.length} steps are lit.`;
    $('unfilter').hidden = !on;
    for (const [n, button] of listed) button.parentElement.classList.toggle('faded', on && !passes(n));
    for (const box of all('[data-facet]')) box.checked = state.filter[facetOf(box)].has(+box.dataset.facet);
  }
  const facetOf = box => scene.facets.findIndex(f => f.key === box.dataset.of);

  // ---- routes: simple ways along signed edges, shortest first, as `kg paths` lists them

  function routes(from, to) {
    const out = scene.nodes.map(() => []), back = scene.nodes.map(() => []), far = new Map([[to, 0]]), list = [];
    scene.edges.forEach((e, n) => {
      if (!e.sign || e.from < 0 || e.to < 0) return;
      out[e.from].push(n);
      back[e.to].push(e.from);
    });
    for (const here of far.keys()) for (const before of back[here]) if (!far.has(before)) far.set(before, far.get(here) + 1);
    let work = 0, capped = false;
    const seen = new Set([from]), way = [];
    const step = (node, length, sign) => {
      if (capped || node === to && way.length) {
        if (!capped && way.length === length) list.length < MOST ? list.push({edges: [...way], sign}) : capped = true;
        return;
      }
      for (const n of out[node]) {
        const there = scene.edges[n].to;
        if (++work > 400000) capped = true;
        if (capped || seen.has(there) || !far.has(there) || way.length + 1 + far.get(there) > length) continue;
        seen.add(there);
        way.push(n);
        step(there, length, sign * scene.edges[n].sign);
        way.pop();
        seen.delete(there);
      }
    };
    if (far.has(from) && from !== to) for (let n = far.get(from); n <= Math.min(scene.nodes.length, 60) && !capped; n++) step(from, n, 1);
    return {routes: list, capped};
  }

  function fill() { // the choice of ends, when it is first looked at
    for (const end of ['from', 'to']) {
      if ($(end).length < 2) $(end).append(...scene.nodes.map((_, n) => new Option(label(n), n)));
      $(end).value = state[end] < 0 ? '' : state[end];
    }
  }
  function ways() {
    const asked = state.from >= 0 && state.to >= 0;
    found = asked ? routes(state.from, state.to) : {routes: [], capped: false};
    if (!found.routes[state.way]) state.way = -1;
    $('routes').hidden = !asked;
    const signs = new Set(found.routes.map(r => r.sign)), count = found.routes.length;
    const net = !count ? 'no signed route leads there' : signs.size > 1 ? 'they disagree: mixed' : signs.has(1) ? 'positive' : 'negative';
    $('verdict').textContent = !count ? 'No signed route leads there.' :
      `${count}${found.capped ? ' and more' : ''} route${count > 1 ? 's' : ''}; ${signs.size > 1 || count === 1 ? '' : 'all '}${net}.`;
    $('ways').replaceChildren(...found.routes.map((route, n) => {
      const item = document.createElement('li'), button = document.createElement('button'), sign = document.createElement('strong');
      button.type = 'button';
      button.className = 'link';
      button.dataset.way = n;
      sign.textContent = route.sign > 0 ? '+' : '−';
      sign.className = route.sign > 0 ? 'plus' : 'minus';
      sign.setAttribute('aria-label', route.sign > 0 ? 'net positive:' : 'net negative:');
      sign.setAttribute('role', 'img');
      const words = route.edges.map(e => (scene.edges[e].sign > 0 ? ' → ' : ' ⊣ ') + label(scene.edges[e].to));
      button.append(sign, ' ' + label(state.from) + words.join(''));
      item.append(button);
      return item;
    }));
  }

  // ---- the address says what is shown

  function address(exactly) {
    const hash = new URLSearchParams, n = +state.pick.slice(1);
    if (state.pick[0] === 'e') hash.set('edge', scene.edges[n].name);
    else if (state.pick) hash.set('node', scene.nodes[n].key);
    else if (state.stop) hash.set('stop', state.stop);
    if (state.tab !== (state.pick ? 'card' : 'tour')) hash.set('tab', state.tab);
    if (state.plain) hash.set('plain', 1);
    if (state.lang) hash.set('lang', state.lang);
    state.filter.forEach((set, f) => set.forEach(c => hash.append(scene.facets[f].key, scene.facets[f].choices[c])));
    if (state.tab === 'explore' && state.from >= 0 && state.to >= 0) {
      hash.set('from', scene.nodes[state.from].key);
      hash.set('to', scene.nodes[state.to].key);
      if (state.way >= 0) hash.set('route', state.way + 1);
    }
    run.write(hash);
    if (exactly && picture.look()) hash.set('at', picture.look());
    return hash.toString();
  }
  function write() {
    const hash = address(), open = location.pathname.split('/').pop();
    $('open').setAttribute('href', (open || '?') + (hash ? '#' + hash : ''));
    $('link').hidden = true;
    try {
      if (location.hash.slice(1) !== hash) history.replaceState(null, '', hash ? '#' + hash : location.pathname + location.search);
    } catch { /* a sandboxed frame has no history of its own */ }
  }
  function read() {
    const hash = new URLSearchParams(location.hash.slice(1));
    const edge = byEdge.get(hash.get('edge')), node = byNode.get(hash.get('node'));
    state.stop = Math.max(0, Math.min(scene.stops.length, parseInt(hash.get('stop'), 10) || 0));
    state.pick = edge !== undefined ? 'e' + edge : node !== undefined ? 'n' + node : '';
    const wanted = location.hash === '#steps' ? 'steps' : hash.get('tab');
    state.tab = TABS.includes(wanted) ? wanted : state.pick ? 'card' : 'tour';
    state.plain = hash.get('plain') === '1';
    state.lang = tongues.includes(hash.get('lang')) ? hash.get('lang') : '';
    state.filter = scene.facets.map(f => new Set(hash.getAll(f.key).map(c => f.choices.indexOf(c)).filter(c => c >= 0)));
    state.from = byNode.get(hash.get('from')) ?? -1;
    state.to = byNode.get(hash.get('to')) ?? -1;
    state.way = (parseInt(hash.get('route'), 10) || 0) - 1;
    run.read(hash);
    filter();
    ways();
    show(false);
    if (hash.get('at') && picture.move) picture.move(hash.get('at').split(',').map(Number));
  }

  function offer() { // to a page that embeds this one: how high it would like to be
    if (!embed || parent === window) return;
    const tour = $('tour'), side = getComputedStyle(body).gridTemplateColumns.includes(' ');
    const words = [...tour.children].reduce((sum, e) => sum + e.offsetHeight + 12, 24), picture_ = side ? 0 : 300;
    const height = Math.ceil(Math.max(words + picture_, 380) + $('strip').offsetHeight);
    parent.postMessage({type: 'kg-embed', id: scene.id, stop: state.stop, height}, '*');
  }

  // ---- search: labels, other names, identifiers, sentences

  const bare = text => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const GREEK = {α: ['alpha', 'a'], β: ['beta', 'b'], γ: ['gamma', 'g'], κ: ['kappa', 'k'], δ: ['delta', 'd']};
  const forms = text => [0, 1].map(k => {
    const latin = bare(text).replace(/[αβγκδ]/g, c => GREEK[c][k]);
    return k ? latin.replace(/[^\p{L}\p{N}]/gu, '') : latin;
  });
  let known, hits = [], active = -1;
  function search() {
    known ??= scene.names.map(row => row.slice(1).map(forms));
    const asked = forms($('find').value.trim());
    const matches = form => asked[0] && (form[0].includes(asked[0]) || asked[1].length > 1 && form[1].includes(asked[1]));
    const ranked = [[], [], []];
    if (asked[0]) known.forEach((row, n) => {
      const k = row.findIndex(matches);
      if (k >= 0) ranked[k ? 2 : row[0][0].startsWith(asked[0]) ? 0 : 1].push([scene.names[n][0], scene.names[n][1], k ? scene.names[n][k + 1] : '']);
    });
    const every = ranked.flat();
    hits = every.slice(0, 12);
    active = hits.length ? 0 : -1;
    $('found-count').textContent = !asked[0] ? '' : every.length > 12 ? `12 of ${every.length} shown` : `${every.length} found`;
    list();
  }
  function list() {
    const open = !!$('find').value.trim();
    $('found').hidden = !open;
    $('find').setAttribute('aria-expanded', open);
    $('found').replaceChildren(...hits.map(([what, text, also], n) => {
      const option = document.createElement('li'), kind = document.createElement('span');
      option.id = 'found-' + n;
      option.setAttribute('role', 'option');
      option.setAttribute('aria-selected', n === active);
      kind.className = 'meta';
      kind.textContent = also || (what[0] === 'n' ? 'node' : 'step');
      option.append(text, ' ', kind);
      option.addEventListener('mousedown', event => event.preventDefault());
      option.addEventListener('click', () => take(n));
      return option;
    }));
    if (open && !hits.length) {
      const none = document.createElement('li');
      none.setAttribute('role', 'option');
      none.setAttribute('aria-disabled', 'true');
      none.setAttribute('aria-selected', 'false');
      none.textContent = 'Nothing is called that.';
      $('found').append(none);
    }
    if (active >= 0 && open) {
      $('find').setAttribute('aria-activedescendant', 'found-' + active);
      $('found-' + active).scrollIntoView({block: 'nearest'});
    } else $('find').removeAttribute('aria-activedescendant');
  }
  function take(n) {
    if (!hits[n]) return;
    const [what] = hits[n];
    shut();
    pick(what);
  }
  function shut() {
    $('find').value = '';
    hits = [];
    active = -1;
    $('found-count').textContent = '';
    list();
  }
  $('find').addEventListener('input', search);
  $('find').addEventListener('blur', () => { $('found').hidden = true; $('find').setAttribute('aria-expanded', false); });
  $('find').addEventListener('focus', () => $('find').value && search());
  $('find').addEventListener('keydown', event => {
    const by = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (by && hits.length) active = (active + by + hits.length) % hits.length, list();
    else if (event.key === 'Enter') take(active);
    else if (event.key === 'Escape') shut();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  // ---- to take away

  async function copy(text, field, say) { // the text is always in sight and selected, whatever the browser allows
    field.value = text;
    field.hidden = false;
    field.focus();
    field.select();
    let done = false;
    try {
      await navigator.clipboard.writeText(text);
      done = true;
    } catch {
      try {
        done = document.execCommand('copy');
      } catch { /* then the reader copies it */ }
    }
    if (say) say.textContent = done ? 'Copied. It is also selected below.' : 'Selected below: copy it with your keyboard or menu.';
  }
  for (const button of all('[data-copy]')) button.addEventListener('click', () => {
    const kind = button.dataset.copy, of = scene.copies[state.pick];
    const text = kind === 'citation' ? `${scene.cited[0]} ${of.citation} ${scene.cited[of.chain + 1]}`.trim() : of[kind];
    const needed = scene.prefixes.split('\n').filter(line => line.startsWith('@base') || text.includes(line.slice(8, line.indexOf(':') + 1))).join('\n');
    $('copied').dataset.of = state.pick;
    copy(kind === 'turtle' ? needed + '\n\n' + text : text, $('copied'), $('copy-said'));
  });
  $('copy-link').addEventListener('click', () => {
    const hash = address(true);
    copy(location.href.split('#')[0] + (hash ? '#' + hash : ''), $('link'));
  });
  function download(url, ending) {
    const link = document.createElement('a');
    link.href = url;
    link.download = scene.id + ending;
    link.click();
    $('share').open = false;
    if (url.startsWith('blob:')) setTimeout(() => URL.revokeObjectURL(url), 4000);
  }
  if ($('save-svg')) {
    $('save-svg').addEventListener('click', () => download(URL.createObjectURL(new Blob([still().outerHTML], {type: 'image/svg+xml'})), '.svg'));
    $('save-png').addEventListener('click', () => {
      const copyOf = still(), {width, height} = copyOf.viewBox.baseVal, image = new Image;
      copyOf.setAttribute('width', width);
      copyOf.setAttribute('height', height);
      image.addEventListener('load', () => {
        const canvas = document.createElement('canvas'), by = Math.min(2, 8000 / Math.max(width, height));
        canvas.width = Math.round(width * by);
        canvas.height = Math.round(height * by);
        canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
        canvas.toBlob(blob => download(URL.createObjectURL(blob), '.png'), 'image/png');
      });
      image.src = 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(copyOf.outerHTML);
    });
  }

  function paint(theme) {
    root.dataset.theme = theme;
    const style = getComputedStyle(root);
    const names = ['paper', 'panel', 'ink', 'heading', 'accent', 'on-accent', 'caution', 'condition', 'increases', 'decreases', 'blocks', 'circle', 'none'];
    for (let n = 0; n < 6; n++) names.push(`place-${n}`, `place-${n}-in`, `place-${n}-line`);
    for (const kind of ['treatment', 'molecule', 'structure', 'cell', 'process', 'state', 'other']) names.push(kind + '-fill', kind + '-line');
    colour = Object.fromEntries(names.map(name => [name, style.getPropertyValue('--' + name).trim()]));
    $('theme').textContent = theme === 'dark' ? 'Light' : 'Dark';
    picture.redraw();
  }

  // ---- wiring

  document.addEventListener('click', event => {
    if (!event.target.closest('#share')) $('share').open = false;
    const button = event.target.closest('[data-edge],[data-node],[data-goto],[data-way]');
    if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (button.dataset.goto) event.preventDefault(), go(+button.dataset.goto);
    else if (button.dataset.way) {
      state.way = state.way === +button.dataset.way ? -1 : +button.dataset.way;
      show(true);
    } else pick(button.dataset.edge ? 'e' + button.dataset.edge : 'n' + button.dataset.node, !!button.closest('#steps'));
  });
  TABS.forEach((key, n) => {
    $('tab-' + key).addEventListener('click', () => tab(key));
    $('tab-' + key).addEventListener('keydown', event => {
      const by = {ArrowRight: 1, ArrowLeft: -1}[event.key];
      if (!by) return;
      event.preventDefault();
      event.stopPropagation();
      tab(TABS[(n + by + TABS.length) % TABS.length], true);
    });
  });
  $('skip').addEventListener('click', event => {
    event.preventDefault();
    tab('steps');
    $('steps').focus();
  });
  if ($('back')) {
    $('back').addEventListener('click', () => go(state.stop - 1));
    $('next').addEventListener('click', () => go(state.stop + 1));
    let start = null;
    $('tour').addEventListener('pointerdown', event => { start = event.pointerType === 'mouse' ? null : event; });
    $('tour').addEventListener('pointerup', event => {
      const dx = start ? event.clientX - start.clientX : 0, dy = start ? event.clientY - start.clientY : 0;
      start = null;
      if (Math.abs(dx) > 50 && Math.abs(dx) > 2 * Math.abs(dy)) go(state.stop - Math.sign(dx));
    });
    $('tour').addEventListener('pointercancel', () => { start = null; });
  }
  $('before').addEventListener('click', () => walk(-1));
  $('after').addEventListener('click', () => walk(1));
  if ($('language')) {
    const names = new Intl.DisplayNames(['en'], {type: 'language'});
    for (const option of $('language').options) if (option.value) {
      const own = new Intl.DisplayNames([option.value], {type: 'language'}).of(option.value);
      option.textContent = own === names.of(option.value) ? own : `${own} (${names.of(option.value)})`;
      option.lang = option.value;
    }
    $('language').addEventListener('change', () => {
      state.lang = $('language').value;
      show(false);
    });
  }
  if ($('plain')) $('plain').addEventListener('change', () => {
    state.plain = $('plain').checked;
    show(false);
  });
  for (const box of all('[data-facet]')) box.addEventListener('change', () => {
    const set = state.filter[facetOf(box)], choice = +box.dataset.facet;
    box.checked ? set.add(choice) : set.delete(choice);
    filter();
    show(false);
  });
  $('unfilter').addEventListener('click', () => {
    state.filter.forEach(set => set.clear());
    filter();
    show(false);
    $('explore').focus({preventScroll: true});
  });
  if ($('further')) $('further').addEventListener('click', () => { // the next steps of a long list
    const waiting = document.querySelector('#steps .rest'), part = parsed(waiting.textContent, 'text/html').body;
    const buttons = [...part.querySelectorAll('[data-edge]')];
    for (const button of buttons) listed.set(+button.dataset.edge, button);
    waiting.replaceWith(...part.childNodes);
    $('further').hidden = !document.querySelector('#steps .rest');
    filter();
    buttons[0].focus();
  });
  for (const end of ['from', 'to']) $(end).addEventListener('change', () => {
    state[end] = $(end).value === '' ? -1 : +$(end).value;
    state.way = -1;
    ways();
    show(true);
  });
  $('nearer').addEventListener('click', () => picture.zoom(1.3));
  $('farther').addEventListener('click', () => picture.zoom(1 / 1.3));
  $('all').addEventListener('click', picture.whole);
  $('theme').addEventListener('click', () => paint(root.dataset.theme === 'dark' ? 'light' : 'dark'));
  $('share').addEventListener('keydown', event => {
    if (event.key !== 'Escape' || !$('share').open) return;
    event.stopPropagation();
    $('share').open = false;
    document.querySelector('#share summary').focus();
  });
  $('stage').addEventListener('keydown', event => {
    const act = {
      '+': () => picture.zoom(1.3), '=': () => picture.zoom(1.3), '-': () => picture.zoom(1 / 1.3), '0': picture.whole,
      ArrowLeft: () => picture.pan(-1, 0), ArrowRight: () => picture.pan(1, 0),
      ArrowUp: () => picture.pan(0, -1), ArrowDown: () => picture.pan(0, 1)
    }[event.key];
    if (!act || event.target.closest('button') || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    act();
  });
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape' && state.pick) return go(state.stop);
    const by = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input,select,textarea,#stage,[role=tab],[role=region]')) return;
    if (state.tab === 'tour') go(state.stop + by);
    else if (state.tab === 'card' && state.pick) walk(by);
    else return;
    event.preventDefault();
  });
  $('steps').addEventListener('keydown', event => {
    const by = {ArrowDown: 1, ArrowUp: -1}[event.key];
    const buttons = [...listed.values()], n = buttons.indexOf(document.activeElement);
    if (!by || n < 0 || !buttons[n + by]) return;
    event.preventDefault();
    buttons[n + by].focus();
    pick('e' + buttons[n + by].dataset.edge, true);
  });
  addEventListener('hashchange', read);
  addEventListener('resize', offer);

  // where a line or a node is on the screen, for tests and for pages that embed this one
  window.explorer = Object.freeze({at: picture.at, more: picture.more, scale: picture.scale, lit: () => {
    const on = lit();
    return on && {edges: [...on.edges].map(n => scene.edges[n].name), nodes: [...on.nodes].map(n => scene.nodes[n].key)};
  }});
  const dark = matchMedia('(prefers-color-scheme: dark)'), forced = matchMedia('(forced-colors: active)');
  const theme = forced.matches ? '' : ask.get('theme'); // a reader who forces colours has chosen already
  paint(theme === 'dark' || theme === 'light' ? theme : dark.matches ? 'dark' : 'light');
  dark.addEventListener('change', () => paint(dark.matches ? 'dark' : 'light'));
  read();
})();
