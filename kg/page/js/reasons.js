// Why a node has its value in a run, or why it is open: the facts that decided it, what is not known, or a loop. The
// words are those of kg.reasoning.reasons. Nothing here knows of a page.
'use strict';

/** @typedef {{brakes: boolean, nodes: number[]}} Loop a loop that leaves nodes open, and whether it works against itself */

/**
 * One minimal reason: the facts that decided the value first, less all that can be done without, in a fixed order.
 * @param {Net} net
 * @param {number} node
 * @param {Facts} given
 * @param {Known} state
 * @param {Int32Array} place when each gate was decided
 */
function reason(net, node, given, state, place) {
  const goal = net.gatesOf(node), {known} = given, needed = traced(net, goal, given, state, place);
  const ORDER = ['closed', 'start', 'effect', 'requires', 'unless', 'edge'];
  /** @param {number} gate */
  const rank = gate => {
    const what = net.what.get(gate);
    return what ? ORDER.indexOf(what.kind) : gate < net.size ? ORDER.length : ORDER.indexOf('start');
  };
  for (const gate of [...needed].sort((a, b) => rank(a) - rank(b) || a - b)) {
    needed.delete(gate);
    const less = net.propagate({...given, facts: [...needed].map(g => [g, known.get(g) === true])}, goal);
    if (goal.some(g => less.value[g] !== state.value[g])) needed.add(gate);
    net.release(less);
  }
  return [...needed].sort((a, b) => a - b);
}

/**
 * Facts that are enough, found by walking back along what was decided first.
 * @param {Net} net
 * @param {number[]} goal
 * @param {Facts} given
 * @param {Known} state
 * @param {Int32Array} place
 */
function traced(net, goal, given, {value, kept}, place) {
  /** @type {Set<number>} */
  const needed = new Set;
  const unmoved = [], keeps = new Set(kept), seen = new Set(goal), stack = [...goal];
  for (let gate = stack.pop(); gate !== undefined; gate = stack.pop()) {
    if (given.known.has(gate)) {
      needed.add(gate);
      continue;
    }
    if (keeps.has(gate)) {
      unmoved.push(gate);
      continue;
    }
    const is = value[gate];
    let literals = [...net.ins.subarray(net.start[gate], net.start[gate + 1])].filter(l => value[l >> 1] >= 0);
    if (is !== (net.gates[gate] === 1 ? 1 : 0)) { // one literal decided it
      const firm = literals.filter(l => (value[l >> 1] ^ l & 1) === is);
      literals = [firm.reduce((a, b) => place[b >> 1] < place[a >> 1] ? b : a)];
    }
    for (const literal of literals) if (!seen.has(literal >> 1)) seen.add(literal >> 1), stack.push(literal >> 1);
  }
  if (unmoved.length) for (const fact of keeping(net, unmoved, given, value)) needed.add(fact);
  return needed;
}

/**
 * The facts by which gates keep one value all the way; loops may lead back.
 * @param {Net} net
 * @param {number[]} gates
 * @param {Facts} given
 * @param {Known['value']} value
 */
function keeping(net, gates, given, value) {
  const {known, starts} = given, may = net.possible(gates, given);
  /** @type {Set<number>} */
  const needed = new Set;
  const stack = gates.map(gate => gate << 1 | value[gate]), seen = new Set(stack);
  for (const one of stack) { // grows while it is read
    const gate = one >> 1, is = one & 1;
    if (known.has(gate)) {
      needed.add(gate);
      continue;
    }
    if (gate < net.firstFire) needed.add(starts[gate]);
    let wanted = [...net.ins.subarray(net.start[gate], net.start[gate + 1])].map(l => l >> 1 << 1 | is ^ l & 1);
    if (is !== (net.gates[gate] === 1 ? 1 : 0)) wanted = wanted.filter(l => !(may[l >> 1] & 1 << (l & 1 ^ 1))).slice(0, 1); // one is enough
    for (const next of wanted) if (!seen.has(next)) seen.add(next), stack.push(next);
  }
  return needed;
}

/** The first thing that keeps an edge from firing, or else the first that leaves it open. @param {Net} net @param {number} gate of the edge @param {Known} state @returns {Why | null} */
function whyNot(net, gate, state) {
  const none = {node: -1, edge: -1, level: ''};
  for (const wanted of [0, -1])
    for (let k = net.start[gate] + 1; k < net.start[gate + 1]; k++) {
      const literal = net.ins[k], at = literal >> 1, known = state.value[at];
      if ((known < 0 ? -1 : known ^ literal & 1) !== wanted) continue;
      const open = wanted < 0;
      if (k === net.start[gate] + 1) return {...none, kind: 'subject', open, node: net.nodeOf[at]};
      if (at < net.firstFire + net.edges.length) return {...none, kind: 'blocked', open, edge: net.edges[at - net.firstFire]};
      const claim = net.what.get(net.ins[net.start[at] + 1] >> 1); // a condition: the node is there, or no such claim
      if (!claim) throw new Error('a condition without its claim');
      const rank = (net.ins[net.start[at]] >> 1) - net.gatesOf(claim.node)[0] + 1;
      return {...none, kind: claim.kind, open, node: claim.node, level: net.levels[claim.node][rank]};
    }
  return null;
}

/** The unknown facts that an open value depends on. @param {Net} net @param {number} node @param {Known} state @param {Settings} settings */
function missingFacts(net, node, state, settings) {
  /** @type {Map<string, {kind: string, of: number}>} */
  const found = new Map;
  /** @type {(kind: string, of: number) => void} */
  const add = (kind, of) => { found.set(kind + of, {kind, of}); };
  const stack = net.gatesOf(node).filter(gate => state.value[gate] < 0), seen = new Set(stack);
  for (let gate = stack.pop(); gate !== undefined; gate = stack.pop()) {
    const what = net.what.get(gate);
    if (gate < net.firstFire && settings.get(net.nodeOf[gate]) === 'unknown') {
      add('start', net.nodeOf[gate]);
      continue;
    }
    if (what) add(what.kind, what.of);
    for (let k = net.start[gate]; k < net.start[gate + 1]; k++) {
      const below = net.ins[k] >> 1;
      if (state.value[below] < 0 && !seen.has(below)) seen.add(below), stack.push(below);
    }
  }
  return [...found.values()];
}

/**
 * What leaves a node open if no fact is missing: the loop next to it, one that brakes itself before others.
 * @param {Net} net
 * @param {number} node
 * @param {Known} state
 * @returns {Loop | null}
 */
function openLoop(net, node, {value}) {
  /** What each open gate feeds among them. @type {Map<number, number[]>} */
  const feeds = new Map;
  /** @type {number[]} */
  const finished = [];
  /** The open gates that feed a gate. @param {number} gate */
  const below = gate => Array.from(net.ins.subarray(net.start[gate], net.start[gate + 1]), l => l >> 1).filter(one => value[one] < 0);
  for (const root of net.gatesOf(node).filter(gate => value[gate] < 0)) {
    const stack = [{gate: root, done: false}];
    for (let top = stack.pop(); top; top = stack.pop()) {
      const {gate, done} = top;
      if (done) finished.push(gate);
      else if (!feeds.has(gate)) {
        feeds.set(gate, []);
        stack.push({gate, done: true}, ...below(gate).map(one => ({gate: one, done: false})));
      }
    }
  }
  for (const gate of feeds.keys()) for (const one of below(gate)) feeds.get(one)?.push(gate);
  const placed = new Set;
  /** @type {Loop | null} */
  let found = null;
  for (const gate of finished.reverse()) {
    if (placed.has(gate)) continue;
    const part = [gate];
    placed.add(gate);
    for (const one of part) // grows while it is read
      for (const other of feeds.get(one) ?? []) if (!placed.has(other)) placed.add(other), part.push(other);
    if (part.length < 2 && !feeds.get(gate)?.includes(gate)) continue;
    const brakes = brakesItself(net, part);
    if (!found || brakes && !found.brakes)
      found = {brakes, nodes: [...new Set(part.filter(one => one < net.firstFire).map(one => net.nodeOf[one]))].sort((a, b) => a - b)};
  }
  return found;
}

/** Whether some way round a loop turns the sign. @param {Net} net @param {number[]} part its gates */
function brakesItself(net, part) {
  /** @type {Map<number, {other: number, turned: number}[]>} */
  const joined = new Map(part.map(gate => [gate, []]));
  for (const gate of part)
    for (let k = net.start[gate]; k < net.start[gate + 1]; k++) {
      const other = net.ins[k] >> 1, turned = net.ins[k] & 1;
      joined.get(other)?.push({other: gate, turned});
      if (joined.has(other)) joined.get(gate)?.push({other, turned});
    }
  const side = new Map([[part[0], 0]]);
  for (const [gate, here] of side) // grows while it is read
    for (const {other, turned} of joined.get(gate) ?? []) {
      const there = side.get(other);
      if (there === undefined) side.set(other, here ^ turned);
      else if (there !== (here ^ turned)) return true;
    }
  return false;
}
