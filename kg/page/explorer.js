// The explorer's script: selects, dims, zooms. All words are already in the page; this writes none of its own into it.
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
  const TABS = ['tour', 'card', 'steps', 'notes'];
  const byEdge = new Map(scene.edges.map((e, n) => [e.name, n]));
  const byNode = new Map(scene.nodes.map((n, k) => [n.key, k]));
  const order = [...all('#steps [data-edge]').map(b => 'e' + b.dataset.edge), ...scene.nodes.map((_, n) => 'n' + n)];
  // the whole state of the page; everything shown follows from it
  const state = {stop: 0, pick: '', tab: 'tour'};
  let hover = '', colour = {};

  root.classList.add('js');
  if (embed) {
    root.classList.add('embedded');
    body.classList.add('embed');
  }

  // ---- the picture: vis-network pans, zooms and finds nodes; every shape is a path that Python computed
  for (const line of scene.lines) {
    line.path = new Path2D(line.d);
    line.tip = new Path2D(line.head);
    line.diamond = line.mark && new Path2D(line.mark);
  }
  for (const area of scene.areas) area.path = new Path2D(area.d);
  const face = getComputedStyle(body).fontFamily;
  const probe = document.createElement('canvas').getContext('2d');

  function lit() { // what is lit: null for everything
    const edges = new Set, nodes = new Set;
    const add = n => {
      edges.add(n);
      scene.edges[n].nodes.forEach(k => nodes.add(k));
    };
    if (state.pick[0] === 'e') {
      const n = +state.pick.slice(1);
      add(n);
      scene.edges[n].blocks.forEach(add);
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

  const shapes = host.nodes.map(node => {
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
          ctx.fillStyle = colour[node.kind + '-fill'];
          ctx.fill(path);
          ctx.strokeStyle = colour[node.kind + '-line'];
          ctx.lineWidth = (node.outcome ? 3.4 : 1.7) + (chosen ? 1.2 : 0);
          ctx.stroke(path);
          ctx.fillStyle = colour.ink;
          ctx.globalAlpha = on ? 1 : 0.42;
          ctx.font = `${scene.font}px ${face}`;
          ctx.textAlign = 'center';
          ctx.textBaseline = 'alphabetic';
          const first = scene.font * 0.36 - (node.lines.length - 1) * scene.leading / 2;
          node.lines.forEach((text, n) => ctx.fillText(text, 0, first + n * scene.leading));
          ctx.restore();
        },
        nodeDimensions: {width: 2 * half[0], height: 2 * half[1]}
      })
    };
  });
  let focus = null;
  const data = {nodes: new vis.DataSet(shapes), edges: new vis.DataSet([])};
  const net = new vis.Network($('net'), data, host.options);
  all('#net [tabindex]').forEach(e => { e.tabIndex = -1; });

  net.on('beforeDrawing', ctx => {
    focus = lit();
    ctx.save();
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
    ctx.globalAlpha = on ? (line.run || strong ? 1 : 0.6) : 0.14;
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

  function view(box, gently) {
    const w = $('net').clientWidth, h = $('net').clientHeight;
    if (!w || !h) return;
    net.moveTo({
      position: {x: (box[0] + box[2]) / 2, y: (box[1] + box[3]) / 2},
      scale: Math.min(w / (box[2] - box[0]), h / (box[3] - box[1]), 1.4),
      animation: gently && !calm ? {duration: 420, easingFunction: 'easeInOutQuad'} : false
    });
  }
  const whole = [0, -4, scene.width, scene.height + 4];

  function frame(gently) { // the whole picture where it is legible; otherwise what is lit
    const scale = Math.min($('net').clientWidth / scene.width, $('net').clientHeight / scene.height);
    const on = lit();
    const boxes = on && shapes.filter(n => on.nodes.has(n.id));
    if (scale > 0.5 || !boxes || !boxes.length) return view(whole, gently);
    view([
      Math.min(...boxes.map(n => n.x)) - 110, Math.min(...boxes.map(n => n.y)) - 150,
      Math.max(...boxes.map(n => n.x)) + 110, Math.max(...boxes.map(n => n.y)) + 90
    ], gently);
  }
  function zoom(by) {
    net.moveTo({scale: Math.max(0.08, Math.min(3, net.getScale() * by))});
  }
  function pan(dx, dy) {
    const at = net.getViewPosition(), step = 60 / net.getScale();
    net.moveTo({position: {x: at.x + dx * step, y: at.y + dy * step}});
  }

  // ---- what the reader does: each changes the state, then shows it
  function go(stop) {
    state.stop = Math.max(0, Math.min(scene.stops.length, stop));
    state.pick = '';
    state.tab = 'tour';
    show(true);
  }
  function pick(what, keepTab) {
    state.pick = what;
    if (!keepTab) state.tab = 'card';
    show(true);
  }
  function walk(by) {
    const n = order.indexOf(state.pick);
    pick(order[(n + by + order.length) % order.length]);
  }

  function show(gently) {
    for (const key of TABS) {
      const on = key === state.tab;
      $('tab-' + key).setAttribute('aria-selected', on);
      $('tab-' + key).tabIndex = on ? 0 : -1;
      $(key).hidden = !on;
    }
    all('.stop').forEach(e => { e.hidden = +e.dataset.stop !== state.stop; });
    all('.card').forEach(e => { e.hidden = e.dataset.card !== state.pick; });
    $('empty').hidden = !!state.pick;
    $('walk').hidden = !state.pick;
    if (state.pick) $('where').textContent = `${order.indexOf(state.pick) + 1} of ${order.length}`;
    const mark = (selector, on) => all(selector).forEach(e => on(e) ? e.setAttribute('aria-current', 'true') : e.removeAttribute('aria-current'));
    mark('[data-goto]', e => !state.pick && +e.dataset.goto === state.stop);
    mark('#steps [data-edge]', e => 'e' + e.dataset.edge === state.pick);
    if ($('count')) {
      $('count').textContent = state.stop ? `${state.stop} of ${scene.stops.length}` : 'Overview';
      $('back').disabled = state.stop === 0;
      $('next').disabled = state.stop === scene.stops.length;
      $('next').textContent = state.stop ? 'Next →' : 'Start the tour →';
    }
    net.redraw();
    frame(gently);
    write();
  }

  function write() { // the address says what is shown
    const n = +state.pick.slice(1);
    const hash = state.pick[0] === 'e' ? 'edge=' + encodeURIComponent(scene.edges[n].name) :
      state.pick ? 'node=' + encodeURIComponent(scene.nodes[n].key) : state.stop ? 'stop=' + state.stop : '';
    const open = location.pathname.split('/').pop();
    $('open').setAttribute('href', (open || '?') + (hash ? '#' + hash : ''));
    try {
      if (decodeURI(location.hash.slice(1)) !== decodeURI(hash)) history.replaceState(null, '', hash ? '#' + hash : location.pathname + location.search);
    } catch { /* a sandboxed frame has no history of its own */ }
  }
  function read() {
    const hash = new URLSearchParams(location.hash.slice(1));
    const edge = byEdge.get(hash.get('edge')), node = byNode.get(hash.get('node'));
    if (edge !== undefined) pick('e' + edge);
    else if (node !== undefined) pick('n' + node);
    else if (location.hash === '#steps') tab('steps');
    else go(parseInt(hash.get('stop'), 10) || 0);
  }
  function tab(key, focusToo) {
    state.tab = key;
    show(false);
    if (focusToo) $('tab-' + key).focus();
  }

  function paint(theme) {
    root.dataset.theme = theme;
    const style = getComputedStyle(root);
    const names = ['paper', 'ink', 'heading', 'condition', 'increases', 'decreases', 'blocks', 'circle', 'none'];
    for (let n = 0; n < 6; n++) names.push(`place-${n}`, `place-${n}-in`, `place-${n}-line`);
    for (const kind of ['treatment', 'molecule', 'structure', 'cell', 'process', 'state', 'other']) names.push(kind + '-fill', kind + '-line');
    colour = Object.fromEntries(names.map(name => [name, style.getPropertyValue('--' + name).trim()]));
    $('theme').textContent = theme === 'dark' ? 'Light' : 'Dark';
    $('theme').setAttribute('aria-pressed', theme === 'dark');
    net.redraw();
  }

  // ---- wiring
  document.addEventListener('click', event => {
    const button = event.target.closest('[data-edge],[data-node],[data-goto]');
    if (!button) return;
    if (button.dataset.goto) go(+button.dataset.goto);
    else pick(button.dataset.edge ? 'e' + button.dataset.edge : 'n' + button.dataset.node, !!button.closest('#steps'));
  });
  net.on('click', event => {
    const found = under(event.pointer.DOM);
    if (found) pick(found);
    else if (state.pick) go(state.stop);
  });
  net.on('zoom', () => {
    const scale = net.getScale();
    if (scale > 3 || scale < 0.08) net.moveTo({scale: Math.max(0.08, Math.min(3, scale))});
  });
  $('net').addEventListener('mousemove', event => {
    const r = $('net').getBoundingClientRect();
    const found = under({x: event.clientX - r.left, y: event.clientY - r.top});
    $('net').style.cursor = found ? 'pointer' : 'grab';
    if (found !== hover) {
      hover = found;
      net.redraw();
    }
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
  }
  $('before').addEventListener('click', () => walk(-1));
  $('after').addEventListener('click', () => walk(1));
  if ($('plain')) $('plain').addEventListener('change', () => body.classList.toggle('plain', $('plain').checked));
  $('nearer').addEventListener('click', () => zoom(1.3));
  $('farther').addEventListener('click', () => zoom(1 / 1.3));
  $('all').addEventListener('click', () => view(whole, true));
  $('theme').addEventListener('click', () => paint(root.dataset.theme === 'dark' ? 'light' : 'dark'));
  $('find').addEventListener('change', () => {
    const wanted = $('find').value.trim().toLowerCase();
    const found = wanted && all('#empty [data-node],#steps [data-edge]').find(b => b.textContent.toLowerCase().includes(wanted));
    if (found) pick(found.dataset.node ? 'n' + found.dataset.node : 'e' + found.dataset.edge);
  });
  $('save').addEventListener('click', () => {
    const url = URL.createObjectURL(new Blob([document.querySelector('#static svg').outerHTML], {type: 'image/svg+xml'}));
    const link = document.createElement('a');
    link.href = url;
    link.download = scene.id + '.svg';
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 4000);
  });
  $('stage').addEventListener('keydown', event => {
    const act = {
      '+': () => zoom(1.3), '=': () => zoom(1.3), '-': () => zoom(1 / 1.3), '0': () => view(whole, true),
      ArrowLeft: () => pan(-1, 0), ArrowRight: () => pan(1, 0), ArrowUp: () => pan(0, -1), ArrowDown: () => pan(0, 1)
    }[event.key];
    if (!act || event.target.closest('button') || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    act();
  });
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape' && state.pick) return go(state.stop);
    const by = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input,#stage,[role=tab]')) return;
    if (state.tab === 'tour') go(state.stop + by);
    else if (state.tab === 'card' && state.pick) walk(by);
    else return;
    event.preventDefault();
  });
  $('steps').addEventListener('keydown', event => {
    const by = {ArrowDown: 1, ArrowUp: -1}[event.key];
    const buttons = all('#steps [data-edge]'), n = buttons.indexOf(document.activeElement);
    if (!by || n < 0 || !buttons[n + by]) return;
    event.preventDefault();
    buttons[n + by].focus();
    pick('e' + buttons[n + by].dataset.edge, true);
  });
  addEventListener('hashchange', read);
  new ResizeObserver(() => {
    net.setSize('100%', '100%');
    net.redraw();
    frame(false);
  }).observe($('stage'));

  // where a line or a node is on the screen, for tests and for pages that embed this one
  window.explorer = Object.freeze({
    at(name) {
      const line = scene.lines.find(l => l.node < 0 && l.edge === byEdge.get(name));
      const node = shapes.find(n => n.id === byNode.get(name));
      const p = net.canvasToDOM(line ? {x: line.at[0], y: line.at[1]} : {x: node.x, y: node.y});
      const r = $('net').getBoundingClientRect();
      return {x: p.x + r.left, y: p.y + r.top};
    },
    scale: () => net.getScale()
  });
  const asked = ask.get('theme');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  paint(asked === 'dark' || asked === 'light' ? asked : dark.matches ? 'dark' : 'light');
  dark.addEventListener('change', () => paint(dark.matches ? 'dark' : 'light'));
  read();
})();
