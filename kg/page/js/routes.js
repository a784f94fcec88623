// Routes between two nodes: simple ways along signed edges, shortest first, as `kg paths` lists them.
'use strict';

/**
 * The routes from one node to another: at most `most`, and whether there are more.
 * @param {Pick<Scene, 'edges' | 'nodes'>} scene
 * @param {number} from
 * @param {number} to
 * @returns {{routes: Route[], capped: boolean}}
 */
function between({edges, nodes}, from, to, most = 100) {
  /** @type {number[][]} */
  const out = nodes.map(() => []);
  /** @type {number[][]} */
  const back = nodes.map(() => []);
  const far = new Map([[to, 0]]); // how many edges a node is away from the end
  edges.forEach((e, n) => {
    if (!e.sign || e.from < 0 || e.to < 0) return;
    out[e.from].push(n);
    back[e.to].push(e.from);
  });
  for (const [here, steps] of far) for (const before of back[here]) if (!far.has(before)) far.set(before, steps + 1);
  /** @type {Route[]} */
  const found = [];
  /** @type {number[]} */
  const way = [];
  const seen = new Set([from]);
  let work = 0, capped = false;
  /** @param {number} node @param {number} length @param {number} sign */
  function step(node, length, sign) {
    if (capped || node === to && way.length) {
      if (capped || way.length !== length) return;
      if (found.length < most) found.push({edges: [...way], sign});
      else capped = true;
      return;
    }
    for (const n of out[node]) {
      const there = edges[n].to;
      if (++work > 400000) capped = true;
      if (capped || seen.has(there) || way.length + 1 + (far.get(there) ?? Infinity) > length) continue;
      seen.add(there);
      way.push(n);
      step(there, length, sign * edges[n].sign);
      way.pop();
      seen.delete(there);
    }
  }
  const least = far.get(from);
  if (least) for (let n = least; n <= Math.min(nodes.length, 60) && !capped; n++) step(from, n, 1);
  return {routes: found, capped};
}

/** @param {Page} page */
function routes(page) {
  const {scene, state, label} = page;
  const ENDS = /** @type {const} */ (['from', 'to']);
  /** @type {ReturnType<typeof between>} */
  let found = {routes: [], capped: false};

  function fill() { // the choice of ends, when it is first looked at
    for (const end of ENDS) {
      if ($(end).length < 2) $(end).append(...scene.nodes.map((_, n) => new Option(label(n), String(n))));
      $(end).value = state[end] < 0 ? '' : String(state[end]);
    }
  }
  /** @param {Route} route @param {number} n */
  function item({edges, sign}, n) {
    const plus = sign > 0, words = edges.map(e => (scene.edges[e].sign > 0 ? ' → ' : ' ⊣ ') + label(scene.edges[e].to));
    const mark = make('strong', {class: plus ? 'plus' : 'minus', 'aria-label': plus ? 'net positive:' : 'net negative:', role: 'img'}, plus ? '+' : '−');
    return make('li', {}, make('button', {type: 'button', class: 'link', 'data-way': n}, mark, ' ' + label(state.from) + words.join('')));
  }
  function find() {
    const asked = state.from >= 0 && state.to >= 0;
    found = asked ? between(scene, state.from, state.to) : {routes: [], capped: false};
    if (!found.routes[state.way]) state.way = -1;
    $('routes').hidden = !asked;
    const signs = new Set(found.routes.map(route => route.sign)), count = found.routes.length;
    const net = signs.size > 1 ? 'they disagree: mixed' : signs.has(1) ? 'positive' : 'negative';
    $('verdict').textContent = !count ? 'No signed route leads there.' :
      `${count}${found.capped ? ' and more' : ''} route${count > 1 ? 's' : ''}; ${signs.size > 1 || count === 1 ? '' : 'all '}${net}.`;
    $('ways').replaceChildren(...found.routes.map(item));
  }
  for (const end of ENDS) $(end).addEventListener('change', () => {
    state[end] = $(end).value === '' ? -1 : +$(end).value;
    state.way = -1;
    find();
    page.show(true);
  });
  /** The route that is chosen, if there is one. @returns {Route | undefined} */
  const chosen = () => found.routes[state.way];
  return {find, fill, chosen};
}
