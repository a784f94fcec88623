// Routes between two nodes: simple ways along signed steps, shortest first, as `kg paths` lists them.
'use strict';

/** How a step leads on: the node is the subject of the edge, or a condition of it; by number, as in kg.reasoning.routes. */
const LEADS = ['', 'is required for', 'must be absent for'];

/**
 * The routes from one node to another: at most `most`, and whether there are more.
 * @param {Pick<Scene, 'edges' | 'nodes' | 'hops'>} scene
 * @param {number} from
 * @param {number} to
 * @returns {{routes: Route[], capped: boolean}}
 */
function between({edges, nodes, hops}, from, to, most = 100) {
  /** @type {Hop[][]} */
  const out = nodes.map(() => []);
  /** @type {number[][]} */
  const back = nodes.map(() => []);
  const far = new Map([[to, 0]]); // how many steps a node is away from the end
  for (let k = 0; k < hops.length; k += 6) {
    const [node, edge, kind, sign, claim, sources] = hops.slice(k, k + 6), there = edges[edge].to;
    if (there < 0) continue;
    out[node].push({node, edge, kind, sign, claim, sources, to: there});
    back[there].push(node);
  }
  for (const [here, steps] of far) for (const before of back[here]) if (!far.has(before)) far.set(before, steps + 1);
  /** @type {Route[]} */
  const found = [];
  /** @type {Hop[]} */
  const way = [];
  const seen = new Set([from]);
  let work = 0, capped = false;
  /** @param {number} node @param {number} length @param {number} sign */
  function step(node, length, sign) {
    if (capped || node === to && way.length) {
      if (capped || way.length !== length) return;
      if (found.length < most) found.push({hops: [...way], sign});
      else capped = true;
      return;
    }
    for (const hop of out[node]) {
      if (++work > 400000) capped = true;
      if (capped || seen.has(hop.to) || way.length + 1 + (far.get(hop.to) ?? Infinity) > length) continue;
      seen.add(hop.to);
      way.push(hop);
      step(hop.to, length, sign * hop.sign);
      way.pop();
      seen.delete(hop.to);
    }
  }
  const least = far.get(from);
  if (least) for (let n = least; n <= Math.min(nodes.length, 60) && !capped; n++) step(from, n, 1);
  return {routes: found, capped};
}

/** The step that stands on the weakest claim; of several, the first with the fewest sources. @param {Route} route */
const weakestOf = ({hops}) => hops.reduce((a, b) => b.claim > a.claim || b.claim === a.claim && b.sources < a.sources ? b : a);

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
  /** Steps by the labels of their nodes. @param {Hop[]} hops @returns {Inside[]} */
  const way = hops => [label(hops[0].node), ...hops.flatMap(({kind, sign, to}) =>
    [' ', kind ? make('em', {}, speak(LEADS[kind])) : '', `${kind ? ' ' : ''}${sign > 0 ? '→' : '⊣'} ${label(to)}`])];
  /** @param {Route} route @param {number} n */
  function item(route, n) {
    const plus = route.sign > 0, weak = weakestOf(route), count = weak.sources;
    const mark = make('strong', {class: plus ? 'plus' : 'minus', 'aria-label': plus ? speak`net positive:` : speak`net negative:`, role: 'img'}, plus ? '+' : '−');
    return make('li', {}, make('button', {type: 'button', class: 'link', 'data-way': n}, mark, ' ', way(route.hops)),
      make('p', {class: 'meta'}, speak`Weakest step:`, ' ', way([weak]), ` (${weak.claim < 0 ? speak`by definition` : `${counted(count)}, ${scene.claims[weak.claim]}`})`));
  }
  function find() {
    const asked = state.from >= 0 && state.to >= 0;
    found = asked ? between(scene, state.from, state.to) : {routes: [], capped: false};
    if (!found.routes[state.way]) state.way = -1;
    $('routes').hidden = !asked;
    const signs = new Set(found.routes.map(route => route.sign)), count = found.routes.length;
    const net = signs.size > 1 ? speak`they disagree: mixed` : count > 1 ? signs.has(1) ? speak`all positive` : speak`all negative` : signs.has(1) ? speak`positive` : speak`negative`;
    $('verdict').textContent = !count ? speak`No signed route leads there.` :
      `${found.capped ? speak`${count} and more routes` : count > 1 ? speak`${count} routes` : speak`${count} route`}; ${net}${found.capped && signs.size < 2 ? speak`, and the others were not looked at` : ''}.`;
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
