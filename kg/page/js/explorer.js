// The explorer: its state, what a reader does to it, and the parts that show it. Text goes into the page as text only,
// never as markup.
'use strict';
/** @param {string} lang of the page */
function explore(lang) {
  const root = document.documentElement, {body} = document;
  /** @type {Scene} */
  const scene = JSON.parse($('scene').textContent ?? '');
  /** @type {State} the whole state of the page; everything shown follows from it */
  const state = {stop: 0, part: 0, layout: '', reach: 1, line: false, pick: '', tab: 'tour', plain: false, lang, filter: scene.facets.map(() => new Set), from: -1, to: -1, way: -1, before: null};
  const page = /** @type {Page} */ ({
    scene, state, show, go, pick, back, openTab,
    host: JSON.parse($('host').textContent ?? ''),
    embed: new URLSearchParams(location.search).get('embed') === '1',
    tabs: all('[role=tab]').map(e => e.id.slice(4)),
    colour: {},
    label: node => scene.names[node][1],
    say: edge => scene.names[scene.nodes.length + edge][1]
  });

  root.classList.toggle('embedded', page.embed);
  body.classList.toggle('embed', page.embed);
  if (location.protocol === 'about:') root.classList.add('srcdoc'); // in a notebook: there is no file to open, and nothing can be saved
  if (scene.drawn) root.style.setProperty('--ratio', (scene.width / scene.height).toFixed(3));

  // ---- what the reader does: each changes the state, then shows it

  /** @param {number} stop */
  function go(stop) {
    state.stop = Math.max(0, Math.min(scene.stops.length, stop));
    state.pick = '';
    state.before = null;
    state.tab = 'tour';
    show(true);
  }
  /** @param {Part} what @param {boolean} [keepTab] */
  function pick(what, keepTab) {
    if (!state.pick) {
      state.before = {tab: state.tab, look: page.picture.look()};
      focused = document.activeElement;
    }
    state.pick = what;
    if (!keepTab) state.tab = 'card';
    show(true);
  }
  /** Where the focus was before a card. @type {Element | null} */
  let focused = null;
  function back() { // to where the reader was before the card
    const {tab, look} = state.before ?? {tab: 'tour', look: ''}, last = state.pick;
    Object.assign(state, {pick: '', tab, before: null});
    show(true);
    if (look) page.picture.move(look.split(',').map(Number));
    const to = focused?.isConnected && focused !== body ? focused : page.picture.has(last);
    focused = null;
    if (to instanceof HTMLElement && to.getClientRects().length) to.focus({preventScroll: true});
  }
  /** @param {Tab} tab @param {boolean} [focusToo] */
  function openTab(tab, focusToo) {
    state.tab = tab;
    show(true);
    if (focusToo) $(`tab-${tab}`).focus();
  }
  document.addEventListener('click', event => {
    const button = /** @type {HTMLElement | null} */ (target(event).closest('[data-edge],[data-node],[data-goto],[data-way]'));
    if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const {edge, node, goto, way} = button.dataset;
    if (goto) {
      event.preventDefault();
      go(+goto);
    } else if (way) {
      state.way = state.way === +way ? -1 : +way;
      show(true);
    } else pick(edge ? 'e' + edge : 'n' + node, !!button.closest('#steps'));
  });
  for (const tab of page.tabs) $(`tab-${tab}`).addEventListener('click', () => openTab(tab));

  // ---- what is shown

  /** @param {boolean} gently the picture moves there, and does not jump */
  function show(gently) {
    for (const tab of page.tabs) {
      const on = tab === state.tab;
      $(`tab-${tab}`).setAttribute('aria-selected', String(on));
      $(`tab-${tab}`).tabIndex = on ? 0 : -1;
      if ($(tab).hidden === on) $(tab).hidden = !on;
    }
    body.dataset.tab = state.tab;
    page.tour.show();
    const card = page.cards.show();
    saved.show();
    mark();
    const active = document.activeElement;
    if (active && active !== body && !active.getClientRects().length) $(state.tab).focus({preventScroll: true});
    for (const one of [page.run, page.yours]) {
      one.show();
      if (card) one.card(card, state.pick);
    }
    if (state.tab === 'explore') page.routes.fill();
    page.picture.show(gently);
    page.address.write();
    page.tour.offer();
    report?.show();
  }
  /** What a course system is told, in its pages. @type {ReturnType<typeof scorm>} */
  let report = null;
  function mark() { // the step, stop and route that are chosen
    all('[aria-current]').forEach(e => e.removeAttribute('aria-current'));
    const step = state.pick[0] === 'e' && page.steps.listed.get(+state.pick.slice(1));
    const stop = !state.pick && first(`[data-goto="${state.stop}"]`);
    for (const one of [step, stop, first(`[data-way="${state.way}"]`)]) if (one) one.setAttribute('aria-current', 'true');
  }

  // ---- the parts: each may ask those before it at once, and all of them when something is shown

  page.light = light(page);
  page.folds = folds(page);
  page.steps = steps(page);
  page.cards = cards(page);
  page.tour = tour(page);
  page.filters = filters(page);
  page.routes = routes(page);
  page.run = whatIf(page);
  page.yours = overlay(page);
  page.picture = picture(page);
  page.still = still(page);
  page.address = address(page);
  const saved = save(page);
  change(saved.download);
  search(page);
  keys(page);
  gestures(page);
  theme(page);
  page.address.read();
  page.yours.again();
  if (typeof scorm === 'function') report = scorm(page);

  // where a line or a node is on the screen, for tests and for pages that embed this one
  const {at, more, scale} = page.picture;
  window.explorer = Object.freeze({at, more, scale, lit: () => {
    const on = page.light.lit();
    return on && {edges: [...on.edges].map(n => scene.edges[n].name), nodes: [...on.nodes].map(n => scene.nodes[n].key)};
  }});
}
const lang = tongue();
if (lang) translate(lang).then(() => explore(lang));
else explore('');
