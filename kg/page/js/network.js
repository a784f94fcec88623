// Runs one reading of a mechanism in the page as kg.causal does in Python, on the network that Python compiled:
// docs/semantics.md has the rules, and tests/test_whatif.py compares the two. Nodes, edges and readings are numbers; a
// literal is twice the number of a gate, plus one if negated. Nothing here knows of a page.
'use strict';
const KINDS = ['edge', 'requires', 'unless', 'start', 'closed', 'effect']; // of inputs, by number; network.py has the same

class Impossible extends Error {} // a question that has no answer, said in the reader's words

/** @type {(value: Value) => string} */
const shown = value => typeof value === 'string' ? value : value.join(' to ');
/** @type {(a: Value, b: Value) => boolean} */
const same = (a, b) => shown(a) === shown(b);
/** @type {(value: Value) => boolean} */
const definite = value => typeof value === 'string' && value !== 'unknown';

/** @typedef {Map<number, string>} Settings what is set, by node */
/** @typedef {{kind: string, of: number, node: number}} Input what an input says: of which edge or node, and for a condition the node */
/** @typedef {{facts: [number, boolean][], held: Set<number>, known: Map<number, boolean>}} Facts */
/**
 * What is known of each gate (-1 open, 0 false, 1 true), and in which order it was decided.
 * @typedef {{value: Int8Array, left: Int32Array, queue: Int32Array, touched: Int32Array, decided: number, waiting: number}} Known
 */
/** @typedef {{kind: string, open: boolean, node: number, edge: number, level: string}} Why why an edge does not fire; -1 for no node, no edge */

class Net { // one reading: AND and OR gates over literals
  /** @param {CompiledReading} data @param {string[][]} levels */
  constructor(data, levels) {
    const size = data.kinds.length;
    this.levels = levels;
    this.size = size;
    this.gates = Uint8Array.from(data.kinds, Number); // 0 an input, 1 AND, 2 OR
    this.start = new Int32Array(size + 1); // where the literals of each gate start in ins
    data.counts.forEach((count, n) => { this.start[n + 1] = this.start[n] + count; });
    this.ins = Int32Array.from(data.ins);
    this.outStart = new Int32Array(size + 1);
    for (const literal of this.ins) this.outStart[(literal >> 1) + 1]++;
    for (let n = 0; n < size; n++) this.outStart[n + 1] += this.outStart[n];
    this.outs = new Int32Array(this.ins.length); // what each gate feeds: that gate, and whether negated
    const next = this.outStart.slice();
    for (let n = 0; n < size; n++)
      for (let k = this.start[n]; k < this.start[n + 1]; k++) this.outs[next[this.ins[k] >> 1]++] = n << 1 | this.ins[k] & 1;
    /** The first gate of each node: one for each level above the lowest. @type {number[]} */
    this.variable = [];
    let gate = 0;
    for (const ladder of levels) {
      this.variable.push(gate);
      gate += ladder.length - 1;
    }
    this.nodeOf = new Int32Array(gate);
    levels.forEach((ladder, n) => this.nodeOf.fill(n, this.variable[n], this.variable[n] + ladder.length - 1));
    this.firstFire = gate; // the gates of the executing edges follow
    this.edges = data.fires;
    this.fires = new Map(data.fires.map((edge, k) => [edge, gate + k]));
    this.standing = new Map(data.fires.map((edge, k) => [edge, data.standing[k]]));
    /** @type {Map<number, Input>} */
    this.what = new Map;
    /** @type {[number, boolean][]} */
    this.given = [];
    let k = 0;
    for (let n = 0; n < size; n++) {
      if (this.gates[n]) continue;
      this.what.set(n, {kind: KINDS[data.inputs[3 * k]], of: data.inputs[3 * k + 1], node: data.inputs[3 * k + 2]});
      if (data.known[k] !== '?') this.given.push([n, data.known[k] === '1']);
      k++;
    }
    /** @type {Known[]} */
    this.spare = [];
  }

  /** @returns {Known} where nothing is known */
  state() {
    return this.spare.pop() || {
      value: new Int8Array(this.size).fill(-1), left: new Int32Array(this.size), queue: new Int32Array(this.size),
      touched: new Int32Array(this.size), decided: 0, waiting: 0
    };
  }
  /** @param {Known} state */
  release(state) {
    for (let k = 0; k < state.decided; k++) state.value[state.queue[k]] = -1;
    for (let k = 0; k < state.waiting; k++) state.left[state.touched[k]] = 0;
    state.decided = state.waiting = 0;
    this.spare.push(state);
  }

  /** The least fixpoint, breadth first. @param {Facts['facts']} facts @param {Facts['held']} held */
  propagate(facts, held) {
    const state = this.state(), {value, left, queue, touched} = state, {gates, start, outs, outStart} = this;
    let end = 0;
    for (const [gate, known] of facts) {
      value[gate] = known ? 1 : 0;
      queue[end++] = gate;
    }
    for (let at = 0; at < end; at++) {
      const from = queue[at];
      for (let k = outStart[from]; k < outStart[from + 1]; k++) {
        const fed = outs[k] >> 1, arriving = value[from] ^ outs[k] & 1;
        if (value[fed] >= 0 || held.has(fed)) continue;
        if (arriving === (gates[fed] === 1 ? 1 : 0)) { // does not decide the gate by itself
          if (!left[fed]) {
            left[fed] = start[fed + 1] - start[fed];
            touched[state.waiting++] = fed;
          }
          if (--left[fed]) continue;
        }
        value[fed] = arriving;
        queue[end++] = fed;
      }
    }
    state.decided = end;
    return state;
  }

  /** How high a value is among the levels of a node, from 0; null for unknown. @param {number} node @param {string} value */
  rank(node, value) {
    const levels = this.levels[node];
    if (value === 'unknown') return null;
    if (levels.includes(value)) return levels.indexOf(value);
    if (value === 'absent') return 0;
    if (value === 'present') return 1;
    throw new Impossible(`“${value}” is no value of this node: ${['unknown', ...levels].join(', ')}`);
  }

  /** All that is known, by number: inputs, then the gates of nodes that are set, which are held. @param {Settings} settings @returns {Facts} */
  facts(settings) {
    /** @type {Facts} */
    const {facts, held} = {facts: this.given.slice(), held: new Set, known: new Map};
    for (const [node, value] of [...settings].sort(([a], [b]) => a - b)) {
      const rank = this.rank(node, value);
      for (let k = 1; k < this.levels[node].length; k++) {
        const gate = this.variable[node] + k - 1;
        held.add(gate);
        if (rank !== null) facts.push([gate, k <= rank]);
      }
    }
    return {facts, held, known: new Map(facts)};
  }

  /** The value of a node. @param {number} node @param {Known} state @returns {Value} */
  read(node, state) {
    const levels = this.levels[node];
    let low = 0, high = 0;
    for (let k = 1; k < levels.length; k++) {
      const known = state.value[this.variable[node] + k - 1];
      if (known === 1) low = k;
      if (known !== 0) high = k;
    }
    return low === high ? levels[low] : levels.length === 2 ? 'unknown' : [levels[low], levels[high]];
  }

  /** @param {Settings} settings */
  under(settings) {
    const {facts, held} = this.facts(settings);
    return this.propagate(facts, held);
  }

  /** The value of every node. @param {Settings} settings */
  all(settings) {
    const state = this.under(settings);
    const values = this.levels.map((_, node) => this.read(node, state));
    this.release(state);
    return values;
  }

  /** All gates that some nodes depend on: 1 for each. @param {number[]} nodes */
  cone(nodes) {
    const seen = new Uint8Array(this.size), stack = nodes.flatMap(node => this.gatesOf(node));
    stack.forEach(gate => { seen[gate] = 1; });
    for (let gate = stack.pop(); gate !== undefined; gate = stack.pop())
      for (let k = this.start[gate]; k < this.start[gate + 1]; k++) {
        const below = this.ins[k] >> 1;
        if (!seen[below]) seen[below] = 1, stack.push(below);
      }
    return seen;
  }
  /** @param {number} node */
  gatesOf(node) {
    return this.levels[node].slice(1).map((_, k) => this.variable[node] + k);
  }

  /**
   * One minimal reason: the facts that decided the value first, less all that can be done without, in a fixed order.
   * @param {number} node
   * @param {Facts} given
   * @param {Known} state
   * @param {Int32Array} place when each gate was decided
   */
  reason(node, {held, known}, state, place) {
    const goal = this.gatesOf(node);
    /** @type {Set<number>} */
    const needed = new Set;
    const seen = new Set(goal), stack = [...goal];
    for (let gate = stack.pop(); gate !== undefined; gate = stack.pop()) {
      if (known.has(gate)) {
        needed.add(gate);
        continue;
      }
      const value = state.value[gate], decides = value !== (this.gates[gate] === 1 ? 1 : 0); // one literal decided it
      let literals = [...this.ins.subarray(this.start[gate], this.start[gate + 1])].filter(l => state.value[l >> 1] >= 0);
      if (decides) {
        const firm = literals.filter(l => (state.value[l >> 1] ^ l & 1) === value);
        literals = [firm.reduce((a, b) => place[b >> 1] < place[a >> 1] ? b : a)];
      }
      for (const literal of literals) if (!seen.has(literal >> 1)) seen.add(literal >> 1), stack.push(literal >> 1);
    }
    const ORDER = ['closed', 'start', 'effect', 'requires', 'unless', 'edge'];
    /** @param {number} gate */
    const rank = gate => {
      const what = this.what.get(gate);
      return what ? ORDER.indexOf(what.kind) : ORDER.length;
    };
    for (const gate of [...needed].sort((a, b) => rank(a) - rank(b) || a - b)) {
      needed.delete(gate);
      const less = this.propagate([...needed].map(g => [g, known.get(g) === true]), held);
      if (goal.some(g => less.value[g] !== state.value[g])) needed.add(gate);
      this.release(less);
    }
    return [...needed].sort((a, b) => a - b);
  }

  /** The first thing that keeps an edge from firing, or else the first that leaves it open. @param {number} gate of the edge @param {Known} state @returns {Why | null} */
  whyNot(gate, state) {
    const none = {node: -1, edge: -1, level: ''};
    for (const wanted of [0, -1])
      for (let k = this.start[gate] + 1; k < this.start[gate + 1]; k++) {
        const literal = this.ins[k], at = literal >> 1, known = state.value[at];
        if ((known < 0 ? -1 : known ^ literal & 1) !== wanted) continue;
        const open = wanted < 0;
        if (k === this.start[gate] + 1) return {...none, kind: 'subject', open, node: this.nodeOf[at]};
        if (at < this.firstFire + this.edges.length) return {...none, kind: 'blocked', open, edge: this.edges[at - this.firstFire]};
        const claim = this.what.get(this.ins[this.start[at] + 1] >> 1); // a condition: the node is there, or no such claim
        if (!claim) throw new Error('a condition without its claim');
        const rank = (this.ins[this.start[at]] >> 1) - this.gatesOf(claim.node)[0] + 1;
        return {...none, kind: claim.kind, open, node: claim.node, level: this.levels[claim.node][rank]};
      }
    return null;
  }

  /** The unknown facts that an open value depends on. @param {number} node @param {Known} state @param {Settings} settings */
  missing(node, state, settings) {
    /** @type {Map<string, {kind: string, of: number}>} */
    const found = new Map;
    /** @type {(kind: string, of: number) => void} */
    const add = (kind, of) => { found.set(kind + of, {kind, of}); };
    const stack = this.gatesOf(node).filter(gate => state.value[gate] < 0), seen = new Set(stack);
    for (let gate = stack.pop(); gate !== undefined; gate = stack.pop()) {
      const what = this.what.get(gate);
      if (gate < this.firstFire && settings.get(this.nodeOf[gate]) === 'unknown') {
        add('start', this.nodeOf[gate]);
        continue;
      }
      if (what) add(what.kind, what.of);
      for (let k = this.start[gate]; k < this.start[gate + 1]; k++) {
        const below = this.ins[k] >> 1;
        if (state.value[below] < 0 && !seen.has(below)) seen.add(below), stack.push(below);
      }
    }
    return [...found.values()];
  }
}

/** When each gate was decided. @param {Known} state */
function placed(state) {
  const place = new Int32Array(state.value.length);
  for (let k = 0; k < state.decided; k++) place[state.queue[k]] = k;
  return place;
}
