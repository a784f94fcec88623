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

/**
 * Of routes whose words are the same, the steps that not all of them take; "" for a route that reads like no other.
 * @param {{words: string, edges: number[]}[]} some
 * @param {(edge: number) => string} told a step with what it needs
 * @param {(edge: number) => string} name
 */
function differing(some, told, name) {
  /** @type {Map<string, number[][]>} */
  const alike = new Map;
  for (const {words, edges} of some) alike.set(words, [...alike.get(words) ?? [], edges]);
  return some.map(({words, edges}) => {
    const group = alike.get(words) ?? [];
    /** @param {number[]} way */
    const apart = way => way.filter(edge => !group.every(other => other.includes(edge)));
    /** @param {number[]} way */
    const said = way => apart(way).map(told).join('; ');
    if (group.length < 2) return '';
    return group.filter(other => said(other) === said(edges)).length < 2 ? said(edges) : apart(edges).map(edge => `${told(edge)} (${name(edge)})`).join('; ');
  });
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
  /** Steps by the labels of their nodes. @param {Hop[]} hops @returns {Inside[]} */
  const way = hops => [label(hops[0].node), ...hops.flatMap(({kind, sign, to}) =>
    [' ', kind ? make('em', {}, speak(LEADS[kind])) : '', `${kind ? ' ' : ''}${sign > 0 ? '→' : '⊣'} ${label(to)}`])];
  /** A step with what it needs and excludes. @param {number} edge */
  function told(edge) {
    /** @type {string[][]} */
    const conditions = [[], [], []];
    for (let k = 0; k < scene.hops.length; k += 6) {
      const [node, at, kind] = scene.hops.slice(k, k + 3);
      if (at === edge) conditions[kind].push(label(node));
    }
    const [, needs, unless] = conditions.map(some => some.join(', '));
    return [page.say(edge), needs && speak`needs ${needs}`, unless && speak`unless ${unless}`].filter(Boolean).join(', ');
  }
  /** @param {Route} route @param {number} n @param {string} apart */
  function item(route, n, apart) {
    const plus = route.sign > 0, weak = weakestOf(route), count = weak.sources;
    const mark = make('strong', {class: plus ? 'plus' : 'minus', 'aria-label': plus ? speak`net positive:` : speak`net negative:`, role: 'img'}, plus ? '+' : '−');
    return make('li', {}, make('button', {type: 'button', class: 'link', 'data-way': n}, mark, ' ', way(route.hops), apart && make('span', {class: 'meta block'}, speak`By: ${apart}`)),
      make('p', {class: 'meta'}, speak`Weakest step:`, ' ', way([weak]), ` (${weak.claim < 0 ? speak`by definition` : `${counted(count)}, ${scene.claims[weak.claim]}`})`));
  }
  function find() {
    const asked = state.from >= 0 && state.to >= 0;
    found = asked ? between(scene, state.from, state.to) : {routes: [], capped: false};
    if (!found.routes[state.way]) state.way = -1;
    $('routes').hidden = !asked;
    const signs = new Set(found.routes.map(route => route.sign)), count = found.routes.length;
    const net = signs.size > 1 ? speak`some positive, some negative` : count > 1 ? signs.has(1) ? speak`all positive` : speak`all negative` : signs.has(1) ? speak`positive` : speak`negative`;
    $('verdict').textContent = !count ? speak`No signed route leads there.` :
      `${found.capped ? speak`${count} and more routes` : count > 1 ? speak`${count} routes` : speak`${count} route`}; ${net}${found.capped && signs.size < 2 ? speak`, and the others were not looked at` : ''}.`;
    const read = found.routes.map(({hops}) => ({words: make('p', {}, way(hops)).textContent ?? '', edges: hops.map(({edge}) => edge)}));
    const apart = differing(read, told, edge => scene.edges[edge].name);
    $('ways').replaceChildren(...found.routes.map((route, n) => item(route, n, apart[n])));
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
