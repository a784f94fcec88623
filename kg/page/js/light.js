// What is lit: the reader's choice, without what the filters exclude.
'use strict';

/** @param {Page} page */
function light(page) {
  const {scene, state} = page;
  const filtering = () => state.filter.some(set => set.size);
  /** @type {(edge: number) => boolean} */
  const passes = edge => state.filter.every((set, f) => !set.size || scene.edges[edge].tags[f].some(t => set.has(t)));

  /** Whether the main line is lit: in the overview, if it is open. */
  const alongLine = () => state.line && !state.stop && !state.pick && state.tab === 'tour';
  /** The numbers of edges: along the main line where it is lit, and beside the list of steps as there. @returns {Map<number, number>} */
  const numbered = () => new Map((alongLine() ? scene.line : state.tab === 'steps' ? [...page.steps.listed.keys()] : []).map((edge, n) => [edge, n + 1]));

  /** What the reader's choice lights; null for everything. A stop is lit in the tour only. @param {Tab} tab @returns {Lit | null} */
  function chosen(tab = state.tab) {
    /** @type {Lit} */
    const {edges, nodes} = {edges: new Set, nodes: new Set};
    const number = +state.pick.slice(1);
    /** Edges with those that they block, and their ends. @type {(some: number[]) => void} */
    const add = some => {
      for (const n of some.flatMap(n => [n, ...scene.edges[n].blocks])) {
        edges.add(n);
        scene.edges[n].nodes.forEach(k => nodes.add(k));
      }
    };
    if (tab === 'runs' && page.run.asked()) return null;
    if (tab === 'explore') {
      const route = page.routes.chosen();
      if (!route) return null;
      add(route.hops.map(hop => hop.edge));
    } else if (state.pick[0] === 'e') add([number]);
    else if (state.pick[0] === 'n') {
      scene.edges.forEach((e, n) => {
        if (!e.nodes.includes(number)) return;
        edges.add(n);
        e.nodes.forEach(k => nodes.add(k));
      });
      nodes.add(number);
    } else {
      const stop = tab === 'tour' ? scene.stops[state.stop - 1] : undefined;
      if (!stop && !alongLine()) return null;
      add(stop ? stop.edges : scene.line);
      if (!stop) return {edges, nodes};
      stop.nodes.forEach(k => nodes.add(k));
    }
    return {edges, nodes};
  }

  /** The choice, without what the filters exclude. @returns {Lit | null} */
  function lit() {
    const base = chosen();
    if (!filtering()) return base;
    const edges = new Set([...scene.edges.keys()].filter(n => (!base || base.edges.has(n)) && (passes(n) || state.pick === 'e' + n)));
    const nodes = new Set([...edges].flatMap(n => scene.edges[n].nodes));
    if (state.pick[0] === 'n' && base) nodes.add(+state.pick.slice(1));
    return {edges, nodes};
  }

  return {filtering, passes, chosen, lit, alongLine, numbered};
}
