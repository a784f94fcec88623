// Runs one reading of a mechanism in the page as kg.reasoning does in Python, on the network that Python compiled:
// docs/semantics.md has the rules, and tests/test_whatif.py compares the two. Nodes, edges and readings are numbers; a
// literal is twice the number of a gate, plus one if negated. Nothing here knows of a page.
'use strict';
const KINDS = ['edge', 'requires', 'unless', 'start', 'closed', 'effect']; // of inputs, by number; network.py has the same

class Impossible extends Error {} // a question that has no answer, said in the reader's words

/** @type {(value: Value) => string} */
const shown = value => typeof value === 'string' ? speak(value) : value.map(one => speak(one)).join(speak(' to '));
/** @type {(a: Value, b: Value) => boolean} */
const same = (a, b) => shown(a) === shown(b);
/** @type {(value: Value) => boolean} */
const definite = value => typeof value === 'string' && value !== 'unknown';

/** @typedef {Map<number, string>} Settings what is set, by node */
/** @typedef {{kind: string, of: number, node: number}} Input what an input says: of which edge or node, and for a condition the node */
/**
 * What a run is given: facts, the same by gate, the gates that are held, and for each gate of a node the fact that says how it starts.
 * @typedef {{facts: [number, boolean][], known: Map<number, boolean>, held: Set<number>, starts: Int32Array}} Facts
 */
/**
 * What is known of each gate (-1 open, 0 false, 1 true), in which order it was decided, and which gates keep the value with which they start.
 * @typedef {{value: Int8Array, left: Int32Array, queue: Int32Array, touched: Int32Array, decided: number, waiting: number, kept: number[]}} Known
 */
/** @typedef {{kind: string, open: boolean, node: number, edge: number, level: string, text?: string}} Why why an edge does not fire; -1 for no node, no edge */

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
    /** The inputs that say whether an edge or a condition of one holds. @type {Map<string, number>} */
    this.claims = new Map;
    /** @type {[number, boolean][]} */
    this.given = [];
    this.starts = new Int32Array(gate); // of each gate of a node: the input that says how it starts
    this.was = this.starts.map((_, gate) => size + gate); // and the fact that says so after another run
    const level = this.variable.slice();
    let k = 0;
    for (let n = 0; n < size; n++) {
      if (this.gates[n]) continue;
      const what = {kind: KINDS[data.inputs[3 * k]], of: data.inputs[3 * k + 1], node: data.inputs[3 * k + 2]};
      this.what.set(n, what);
      if (data.inputs[3 * k] < 3) this.claims.set(data.inputs.slice(3 * k, 3 * k + 3).join(), n);
      if (what.kind === 'start' || what.kind === 'closed') this.starts[level[what.of]++] = n;
      if (data.known[k] !== '?') this.given.push([n, data.known[k] === '1']);
      k++;
    }
    this.known = new Map(this.given);
    this.looped = this.loops();
    /** @type {Known[]} */
    this.spare = [];
  }

  /** Not 0 for gates that lie in a loop or depend on one: only for these the start matters. */
  loops() {
    const waiting = Int32Array.from(this.gates, (_, n) => this.start[n + 1] - this.start[n]), queue = [];
    for (let n = 0; n < this.size; n++) if (!waiting[n]) queue.push(n);
    for (const n of queue) // grows while it is read
      for (let k = this.outStart[n]; k < this.outStart[n + 1]; k++)
        if (!--waiting[this.outs[k] >> 1]) queue.push(this.outs[k] >> 1);
    return waiting;
  }

  /** @returns {Known} where nothing is known */
  state() {
    return this.spare.pop() || {
      value: new Int8Array(this.size).fill(-1), left: new Int32Array(this.size), queue: new Int32Array(this.size),
      touched: new Int32Array(this.size), decided: 0, waiting: 0, kept: []
    };
  }
  /** @param {Known} state */
  release(state) {
    for (let k = 0; k < state.decided; k++) state.value[state.queue[k]] = -1;
    for (let k = 0; k < state.waiting; k++) state.left[state.touched[k]] = 0;
    state.decided = state.waiting = 0;
    state.kept = [];
    this.spare.push(state);
  }

  /**
   * What must be true or false in the end; first whatever the start, then what keeps the value with which it starts.
   * @param {Pick<Facts, 'facts' | 'held' | 'starts'>} given
   * @param {number[]} asked the gates that are looked at; without, all of nodes
   */
  propagate({facts, held, starts}, asked = [...this.starts.keys()]) {
    const state = this.state();
    for (const [gate, known] of facts) if (gate < this.size) this.decide(state, gate, known ? 1 : 0);
    this.percolate(state, held, 0);
    /** @param {number} gate */
    const open = gate => state.value[gate] < 0 && this.looped[gate];
    if (!asked.some(open)) return state;
    const known = new Map(facts), from = state.decided;
    const roots = [...this.starts.keys()].filter(gate => open(gate) && known.has(starts[gate]));
    const may = this.possible(roots, {known, held, starts});
    for (let gate = 0; gate < this.firstFire; gate++)
      if (state.value[gate] < 0 && (may[gate] === 1 || may[gate] === 2)) state.kept.push(gate);
    for (const gate of state.kept) this.decide(state, gate, may[gate] - 1);
    this.percolate(state, held, from);
    return state;
  }
  /** @param {Known} state @param {number} gate @param {number} known */
  decide(state, gate, known) {
    state.value[gate] = known;
    state.queue[state.decided++] = gate;
  }
  /** What follows from what was decided, breadth first. @param {Known} state @param {Facts['held']} held @param {number} at where in the order to begin */
  percolate(state, held, at) {
    const {value, left, queue, touched} = state, {gates, start, outs, outStart} = this;
    for (; at < state.decided; at++) {
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
        this.decide(state, fed, arriving);
      }
    }
  }

  /** Which values gates may have on the way: 1 for false, 2 for true, 3 for both. @param {number[]} roots @param {Pick<Facts, 'known' | 'held' | 'starts'>} given */
  possible(roots, {known, held, starts}) {
    const {gates, start, ins, outs, outStart} = this;
    const cone = new Uint8Array(this.size), may = new Uint8Array(this.size), left = new Int32Array(this.size);
    /** @type {number[]} */
    const queue = [];
    const stack = [...roots];
    /** @param {number} gate @param {number} value */
    const add = (gate, value) => {
      if (may[gate] & 1 << value) return;
      may[gate] |= 1 << value;
      queue.push(gate << 1 | value);
    };
    for (const gate of stack) cone[gate] = 1;
    for (const gate of stack) { // grows while it is read
      let given = known.get(gate);
      if (given === undefined && !held.has(gate) && gates[gate]) {
        const node = gate < this.firstFire;
        if (node) given = known.get(starts[gate]);
        if (!node || given !== undefined) // else it may have either value, whatever comes
          for (let k = start[gate]; k < start[gate + 1]; k++) if (!cone[ins[k] >> 1]) cone[ins[k] >> 1] = 1, stack.push(ins[k] >> 1);
        if (!node) continue;
      }
      if (given !== true) add(gate, 0);
      if (given !== false) add(gate, 1);
    }
    for (const one of queue) { // grows while it is read
      const from = one >> 1;
      for (let k = outStart[from]; k < outStart[from + 1]; k++) {
        const fed = outs[k] >> 1, arriving = one & 1 ^ outs[k] & 1;
        if (!cone[fed] || held.has(fed) || known.has(fed)) continue;
        if (arriving === (gates[fed] === 1 ? 1 : 0)) { // only all literals together bring it about
          left[fed] ||= start[fed + 1] - start[fed];
          if (--left[fed]) continue;
        }
        add(fed, arriving);
      }
    }
    return may;
  }

  /** How high a value is among the levels of a node, from 0; null for unknown. @param {number} node @param {string} value */
  rank(node, value) {
    const levels = this.levels[node];
    if (value === 'unknown') return null;
    if (levels.includes(value)) return levels.indexOf(value);
    if (value === 'absent') return 0;
    if (value === 'present') return 1;
    throw new Impossible(speak`“${value}” is not a value of this node: ${['unknown', ...levels].join(', ')}`);
  }

  /**
   * All that is known, by number: inputs, then the gates of nodes that are set, which are held; and how gates start.
   * @param {Settings} settings
   * @param {Settings | null} after those of a run from whose end this one starts; else it starts from rest
   * @returns {Facts}
   */
  facts(settings, after = null) {
    const facts = settings instanceof Given ? heldTrue(this, this.given, settings.fates) : this.given.slice();
    /** @type {Facts['held']} */
    const held = new Set;
    for (const [node, value] of [...settings].sort(([a], [b]) => a - b)) {
      const rank = this.rank(node, value);
      for (let k = 1; k < this.levels[node].length; k++) {
        const gate = this.variable[node] + k - 1;
        held.add(gate);
        if (rank !== null) facts.push([gate, k <= rank]);
      }
    }
    if (after) {
      const ended = this.under(after);
      this.was.forEach((number, gate) => ended.value[gate] >= 0 && facts.push([number, ended.value[gate] === 1]));
      this.release(ended);
    }
    return {facts, held, starts: after ? this.was : this.starts, known: new Map(facts)};
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

  /** @param {Settings} settings @param {Settings | null} after */
  under(settings, after = null) {
    return this.propagate(this.facts(settings, after));
  }

  /** The value of every node. @param {Settings} settings @param {Settings | null} after */
  all(settings, after = null) {
    const state = this.under(settings, after);
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
  /** The subject of an edge that is run. @param {number} edge */
  subject(edge) {
    const gate = this.fires.get(edge);
    return gate === undefined ? -1 : this.nodeOf[this.ins[this.start[gate] + 1] >> 1]; // after that the edge holds
  }
  /** @param {number} node */
  gatesOf(node) {
    return this.levels[node].slice(1).map((_, k) => this.variable[node] + k);
  }
}

/** When each gate was decided. @param {Known} state */
function placed(state) {
  const place = new Int32Array(state.value.length);
  for (let k = 0; k < state.decided; k++) place[state.queue[k]] = k;
  return place;
}
