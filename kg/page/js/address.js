// The address: it says what is shown, and what it says is shown.
'use strict';

/** @param {Page} page */
function address(page) {
  const {scene, state, run, tabs} = page;
  /** @type {Map<string | null, number>} */
  const byEdge = new Map(scene.edges.map((edge, n) => [edge.name, n]));
  /** @type {Map<string | null, number>} */
  const byNode = new Map(scene.nodes.map((node, n) => [node.key, n]));

  /** What is shown, as the part of the address after "#". @param {boolean} exactly with the place and scale of the picture */
  function text(exactly) {
    const hash = new URLSearchParams, n = +state.pick.slice(1);
    if (state.pick[0] === 'e') hash.set('edge', scene.edges[n].name);
    else if (state.pick) hash.set('node', scene.nodes[n].key);
    else if (state.stop) hash.set('stop', String(state.stop));
    if (state.part) hash.set('part', String(state.part));
    if (state.layout) hash.set('layout', state.layout);
    if (state.reach > 1) hash.set('reach', String(state.reach));
    if (state.line) hash.set('line', '1');
    if (state.tab !== (state.pick ? 'card' : 'tour')) hash.set('tab', state.tab);
    if (state.plain) hash.set('plain', '1');
    if (state.lang) hash.set('lang', state.lang);
    state.filter.forEach((set, f) => set.forEach(c => hash.append(scene.facets[f].key, scene.facets[f].choices[c])));
    if (state.tab === 'explore' && state.from >= 0 && state.to >= 0) {
      hash.set('from', scene.nodes[state.from].key);
      hash.set('to', scene.nodes[state.to].key);
      if (state.way >= 0) hash.set('route', String(state.way + 1));
    }
    run.write(hash);
    const look = exactly && page.picture.look();
    if (look) hash.set('at', look);
    return hash.toString();
  }

  /** Whether the address was read already: from then on what the reader does can be taken back, but not in a page of others. */
  let known = false;
  function write() {
    const hash = text(false), file = location.pathname.split('/').pop();
    $('open').setAttribute('href', (file || '?') + (hash ? '#' + hash : ''));
    $('link').hidden = true;
    try {
      const to = hash ? '#' + hash : location.pathname + location.search;
      if (location.hash.slice(1) === hash) return;
      const {stop, before, from, to: end, way} = state; // what the address leaves out: of a card where it was opened, and routes that are out of sight
      const kept = {stop, before, from, end, way};
      if (known && !page.embed && window === window.top) history.pushState(kept, '', to);
      else history.replaceState(kept, '', to);
    } catch { /* a sandboxed frame has no history of its own */ }
  }

  function read() {
    known = false;
    const hash = new URLSearchParams(location.hash.slice(1));
    /** @param {string} key */
    const get = key => hash.get(key) ?? '';
    /** @param {string} key */
    const number = key => parseInt(get(key), 10) || 0;
    const edge = byEdge.get(hash.get('edge')), node = byNode.get(hash.get('node'));
    state.part = scene.staged ? 0 : Math.max(0, Math.min(scene.views.length - 1, number('part')));
    state.layout = get('layout') in scene.layouts ? get('layout') : '';
    state.reach = Math.max(1, Math.min(3, number('reach')));
    state.pick = edge !== undefined ? 'e' + edge : node !== undefined ? 'n' + node : '';
    const kept = history.state ?? {stop: 0, before: null, from: -1, end: -1, way: -1};
    state.stop = Math.max(0, Math.min(scene.stops.length, number('stop') || state.pick && kept.stop || 0));
    state.before = kept.before;
    const wanted = location.hash === '#steps' ? 'steps' : get('tab');
    state.tab = tabs.find(tab => tab === wanted) ?? (state.pick ? 'card' : 'tour');
    state.line = get('line') === '1' && scene.line.length > 0;
    state.plain = get('plain') === '1';
    if (tongue() !== state.lang) return location.reload(); // the page of another language
    state.filter = scene.facets.map(facet => new Set(hash.getAll(facet.key).map(c => facet.choices.indexOf(c)).filter(c => c >= 0)));
    state.from = byNode.get(hash.get('from')) ?? kept.from;
    state.to = byNode.get(hash.get('to')) ?? kept.end;
    state.way = hash.has('from') ? number('route') - 1 : kept.way;
    run.read(hash);
    page.filters.show();
    page.routes.find();
    page.show(false);
    if (get('at')) page.picture.move(get('at').split(',').map(Number));
    known = true;
  }
  addEventListener('hashchange', read);
  return {text, write, read};
}
