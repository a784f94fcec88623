// Runs a mechanism in the page as kg.reasoning does in Python, on the network that Python compiled: docs/semantics.md has
// the rules, and tests/test_whatif.py compares the two. Nodes, edges and readings are numbers; a literal is twice the
// number of a gate, plus one if negated. Nothing here knows of a page.
'use strict';
const KINDS = ['edge', 'requires', 'unless', 'start', 'closed', 'effect'];

class Impossible extends Error {} // a question that has no answer, said in the reader's words

const shown = value => typeof value === 'string' ? value : value.join(' to ');
const same = (a, b) => shown(a) === shown(b);
const definite = value => typeof value === 'string' && value !== 'unknown';

class Net { // one reading: AND and OR gates over literals
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
    this.variable = []; // the first gate of each node: one for each level above the lowest
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
    this.what = new Map; // what an input says
    this.given = [];
    this.starts = new Int32Array(gate); // of each gate of a node: the input that says how it starts
    this.was = this.starts.map((_, gate) => size + gate); // and the fact that says so after another run
    const level = this.variable.slice();
    let k = 0;
    for (let n = 0; n < size; n++) {
      if (this.gates[n]) continue;
      const what = {kind: KINDS[data.inputs[3 * k]], of: data.inputs[3 * k + 1], node: data.inputs[3 * k + 2]};
      this.what.set(n, what);
      if (what.kind === 'start' || what.kind === 'closed') this.starts[level[what.of]++] = n;
      if (data.known[k] !== '?') this.given.push([n, data.known[k] === '1']);
      k++;
    }
    this.looped = this.loops();
    this.spare = [];
  }

  loops() { // which gates lie in a loop or depend on one: only for these the start matters
    const waiting = Int32Array.from(this.gates, (_, n) => this.start[n + 1] - this.start[n]), queue = [];
    for (let n = 0; n < this.size; n++) if (!waiting[n]) queue.push(n);
    for (const n of queue) // grows while it is read
      for (let k = this.outStart[n]; k < this.outStart[n + 1]; k++)
        if (!--waiting[this.outs[k] >> 1]) queue.push(this.outs[k] >> 1);
    return waiting;
  }

  state() { // what is known of each gate (-1 open, 0 false, 1 true), and in which order it was decided
    return this.spare.pop() || {
      value: new Int8Array(this.size).fill(-1), left: new Int32Array(this.size), queue: new Int32Array(this.size),
      touched: new Int32Array(this.size), decided: 0, waiting: 0
    };
  }
  release(state) {
    for (let k = 0; k < state.decided; k++) state.value[state.queue[k]] = -1;
    for (let k = 0; k < state.waiting; k++) state.left[state.touched[k]] = 0;
    state.decided = state.waiting = 0;
    this.spare.push(state);
  }

  // What must be true or false in the end; first whatever the start, then what keeps the value with which it starts.
  propagate({facts, held, starts}, asked) {
    const state = this.state();
    state.kept = [];
    for (const [gate, known] of facts) if (gate < this.size) this.decide(state, gate, known ? 1 : 0);
    this.percolate(state, held, 0);
    const every = Array.from(this.starts.keys()), open = gate => state.value[gate] < 0 && this.looped[gate];
    if (!(asked || every).some(open)) return state;
    const known = new Map(facts), from = state.decided;
    const may = this.possible(every.filter(gate => open(gate) && known.has(starts[gate])), {known, held, starts});
    for (let gate = 0; gate < this.firstFire; gate++)
      if (state.value[gate] < 0 && (may[gate] === 1 || may[gate] === 2)) state.kept.push(gate);
    for (const gate of state.kept) this.decide(state, gate, may[gate] - 1);
    this.percolate(state, held, from);
    return state;
  }
  decide(state, gate, known) {
    state.value[gate] = known;
    state.queue[state.decided++] = gate;
  }
  percolate(state, held, at) { // breadth first
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

  possible(roots, {known, held, starts}) { // which values gates may have on the way: 1 for false, 2 for true, 3 for both
    const {gates, start, ins, outs, outStart} = this;
    const cone = new Uint8Array(this.size), may = new Uint8Array(this.size), left = new Int32Array(this.size);
    const stack = [...roots], queue = [];
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

  rank(node, value) { // how high a value is among the levels of a node, from 0; null for unknown
    const levels = this.levels[node];
    if (value === 'unknown') return null;
    if (levels.includes(value)) return levels.indexOf(value);
    if (value === 'absent') return 0;
    if (value === 'present') return 1;
    throw new Impossible(`“${value}” is no value of this node: ${['unknown', ...levels].join(', ')}`);
  }

  // All that is known, by number: inputs, then the gates of nodes that are set, which are held; and how gates start.
  // After another run, given by its settings, nodes start as that one ended.
  facts(settings, after = null) {
    const facts = this.given.slice(), held = new Set;
    for (const node of [...settings.keys()].sort((a, b) => a - b)) {
      const rank = this.rank(node, settings.get(node));
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

  under(settings, after = null) {
    return this.propagate(this.facts(settings, after));
  }

  all(settings, after = null) { // the value of every node
    const state = this.under(settings, after);
    const values = this.levels.map((_, node) => this.read(node, state));
    this.release(state);
    return values;
  }

  cone(nodes) { // all gates that some nodes depend on
    const seen = new Uint8Array(this.size), stack = nodes.flatMap(node => this.gatesOf(node));
    stack.forEach(gate => { seen[gate] = 1; });
    while (stack.length) {
      const gate = stack.pop();
      for (let k = this.start[gate]; k < this.start[gate + 1]; k++) {
        const below = this.ins[k] >> 1;
        if (!seen[below]) seen[below] = 1, stack.push(below);
      }
    }
    return seen;
  }
  gatesOf(node) {
    return this.levels[node].slice(1).map((_, k) => this.variable[node] + k);
  }

  // One minimal reason: the facts that decided the value first, less all that can be done without, in a fixed order.
  reason(node, given, state) {
    const goal = this.gatesOf(node), {known} = given, needed = this.traced(goal, given, state);
    const ORDER = ['closed', 'start', 'effect', 'requires', 'unless', 'edge'];
    const rank = gate => this.what.has(gate) ? ORDER.indexOf(this.what.get(gate).kind) : gate < this.size ? ORDER.length : ORDER.indexOf('start');
    for (const gate of [...needed].sort((a, b) => rank(a) - rank(b) || a - b)) {
      needed.delete(gate);
      const less = this.propagate({...given, facts: [...needed].map(g => [g, known.get(g)])}, goal);
      if (goal.some(g => less.value[g] !== state.value[g])) needed.add(gate);
      this.release(less);
    }
    return [...needed].sort((a, b) => a - b);
  }
  traced(goal, given, state) { // facts that are enough, found by walking back along what was decided first
    const {known} = given, {value, place} = state, kept = new Set(state.kept);
    const needed = new Set, unmoved = [], seen = new Set(goal), stack = [...goal];
    while (stack.length) {
      const gate = stack.pop();
      if (known.has(gate)) {
        needed.add(gate);
        continue;
      }
      if (kept.has(gate)) {
        unmoved.push(gate);
        continue;
      }
      let literals = [...this.ins.subarray(this.start[gate], this.start[gate + 1])].filter(l => value[l >> 1] >= 0);
      if (value[gate] !== (this.gates[gate] === 1 ? 1 : 0)) { // one literal decided it
        const firm = literals.filter(l => (value[l >> 1] ^ l & 1) === value[gate]);
        literals = [firm.reduce((a, b) => place[b >> 1] < place[a >> 1] ? b : a)];
      }
      for (const literal of literals) if (!seen.has(literal >> 1)) seen.add(literal >> 1), stack.push(literal >> 1);
    }
    if (unmoved.length) this.unmoved(unmoved, given, value, needed);
    return needed;
  }
  unmoved(gates, given, value, needed) { // adds the facts by which gates keep one value all the way; loops may lead back
    const {known, starts} = given, may = this.possible(gates, given);
    const stack = gates.map(gate => gate << 1 | value[gate]), seen = new Set(stack);
    for (const one of stack) { // grows while it is read
      const gate = one >> 1, is = one & 1;
      if (known.has(gate)) {
        needed.add(gate);
        continue;
      }
      if (gate < this.firstFire) needed.add(starts[gate]);
      let wanted = [...this.ins.subarray(this.start[gate], this.start[gate + 1])].map(l => l >> 1 << 1 | is ^ l & 1);
      if (is !== (this.gates[gate] === 1 ? 1 : 0)) wanted = [wanted.find(l => !(may[l >> 1] & 1 << (l & 1 ^ 1)))]; // one is enough
      for (const next of wanted) if (!seen.has(next)) seen.add(next), stack.push(next);
    }
  }

  loop(node, state) { // what leaves a node open if no fact is missing: the loop next to it, a brake before others
    const open = literal => state.value[literal >> 1] < 0, feeds = new Map, finished = [];
    for (const root of this.gatesOf(node).filter(gate => state.value[gate] < 0)) {
      const stack = [[root, false]];
      while (stack.length) {
        const [gate, done] = stack.pop();
        if (done) finished.push(gate);
        else if (!feeds.has(gate)) {
          feeds.set(gate, []);
          stack.push([gate, true]);
          for (let k = this.start[gate]; k < this.start[gate + 1]; k++) if (open(this.ins[k])) stack.push([this.ins[k] >> 1, false]);
        }
      }
    }
    for (const gate of feeds.keys())
      for (let k = this.start[gate]; k < this.start[gate + 1]; k++) if (feeds.has(this.ins[k] >> 1)) feeds.get(this.ins[k] >> 1).push(gate);
    const placed = new Set;
    let found = null;
    for (const gate of finished.reverse()) {
      if (placed.has(gate)) continue;
      const part = [gate];
      placed.add(gate);
      for (const one of part) // grows while it is read
        for (const other of feeds.get(one)) if (!placed.has(other)) placed.add(other), part.push(other);
      if (part.length < 2 && !feeds.get(gate).includes(gate)) continue;
      const brakes = this.brakes(part);
      if (!found || brakes && !found.brakes)
        found = {brakes, nodes: [...new Set(part.filter(one => one < this.firstFire).map(one => this.nodeOf[one]))].sort((a, b) => a - b)};
    }
    return found;
  }
  brakes(part) { // whether some way round turns the sign
    const joined = new Map(part.map(gate => [gate, []]));
    for (const gate of part)
      for (let k = this.start[gate]; k < this.start[gate + 1]; k++) {
        const other = this.ins[k] >> 1, turned = this.ins[k] & 1;
        if (joined.has(other)) joined.get(gate).push([other, turned]), joined.get(other).push([gate, turned]);
      }
    const side = new Map([[part[0], 0]]);
    for (const [gate, here] of side) // grows while it is read
      for (const [other, turned] of joined.get(gate)) {
        if (!side.has(other)) side.set(other, here ^ turned);
        else if (side.get(other) !== (here ^ turned)) return true;
      }
    return false;
  }

  whyNot(edge, state) { // the first thing that keeps an edge from firing, or else the first that leaves it open
    const gate = this.fires.get(edge);
    for (const wanted of [0, -1])
      for (let k = this.start[gate] + 1; k < this.start[gate + 1]; k++) {
        const literal = this.ins[k], at = literal >> 1, known = state.value[at];
        if ((known < 0 ? -1 : known ^ literal & 1) !== wanted) continue;
        const open = wanted < 0;
        if (k === this.start[gate] + 1) return {kind: 'subject', open, node: this.nodeOf[at]};
        if (at < this.firstFire + this.edges.length) return {kind: 'blocked', open, edge: this.edges[at - this.firstFire]};
        const claim = this.what.get(this.ins[this.start[at] + 1] >> 1); // a condition: the node is there, or no such claim
        const rank = (this.ins[this.start[at]] >> 1) - this.gatesOf(claim.node)[0] + 1;
        return {kind: claim.kind, open, node: claim.node, level: this.levels[claim.node][rank]};
      }
    return null;
  }

  missing(node, state, settings) { // the unknown facts that an open value depends on
    const found = new Map, add = (kind, of) => found.set(kind + of, {kind, of});
    const stack = this.gatesOf(node).filter(gate => state.value[gate] < 0), seen = new Set(stack);
    while (stack.length) {
      const gate = stack.pop(), what = this.what.get(gate);
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

function placed(state) { // when each gate was decided
  const place = new Int32Array(state.value.length);
  for (let k = 0; k < state.decided; k++) place[state.queue[k]] = k;
  return place;
}

class Model { // a mechanism under each of its readings
  constructor(data) {
    this.data = data;
    this.levels = data.levels.map(levels => levels || ['absent', 'present']);
    this.nets = data.readings.map(reading => new Net(reading, this.levels));
    this.outcomes = data.outcomes.length ? data.outcomes : this.levels.map((_, n) => n);
    this.into = this.levels.map(() => []);
    data.into.forEach((node, edge) => node >= 0 && this.into[node].push(edge));
  }

  settings(asked) { // {condition, values: Map, assume: [...]}: assumptions, then the condition, then values; later ones win
    const found = new Map;
    for (const one of asked.assume || []) for (const [node, value] of this.data.assumptions[one][2]) found.set(node, value);
    if (asked.condition >= 0) for (const [node, value] of this.data.conditions[asked.condition][2]) found.set(node, value);
    for (const [node, value] of asked.values || []) found.set(node, value);
    for (const [node, value] of found) this.nets[0].rank(node, value);
    return found;
  }

  // What follows, compared with the starting state; under every reading, unless asked.reading names one. With asked.then,
  // a Map of values, a second run starts from the end of the first, with which it is compared.
  ask(asked) {
    const one = asked.reading >= 0, reading = one ? asked.reading : 0, net = this.nets[reading];
    const numbers = one ? [reading] : this.nets.map((_, n) => n);
    const first = this.settings(asked), earlier = asked.then ? first : null;
    const settings = earlier ? this.settings({values: [...first, ...asked.then]}) : first, given = net.facts(settings, earlier);
    const states = numbers.map(n => n === reading ? net.propagate(given) : this.nets[n].under(settings, earlier));
    const state = states[numbers.indexOf(reading)], place = state.place = placed(state);
    const before = net.all(earlier || this.settings({assume: asked.assume}));
    const after = this.levels.map((_, node) => net.read(node, state));
    const each = states.map((one, k) => one === state ? after : after.map((_, node) => this.nets[numbers[k]].read(node, one)));
    const disagree = new Map;
    if (each.length > 1) after.forEach((_, node) => {
      const by = each.map(values => values[node]);
      if (by.some(value => !same(value, by[0]))) disagree.set(node, by);
    });
    const late = node => Math.max(...net.gatesOf(node).map(gate => state.value[gate] < 0 ? state.decided : place[gate]));
    const changed = after.map((_, node) => node).filter(node => !same(before[node], after[node]) || disagree.has(node));
    const when = new Map(changed.map(node => [node, late(node)]));
    changed.sort((a, b) => when.get(a) - when.get(b) || a - b);
    let observed;
    return {
      settings, reading, readings: numbers, before, after, disagree, changed,
      fires: edge => { // 1, 0, or -1 where it is open or the readings disagree; null if it is not run
        const by = new Set(states.map((one, k) => this.nets[numbers[k]].fires.has(edge) ? one.value[this.nets[numbers[k]].fires.get(edge)] : null));
        return by.size > 1 ? -1 : [...by][0];
      },
      step: node => {
        observed ??= earlier ? new Map : this.observed(settings, numbers, asked.assume); // observations are of first runs
        return this.step(node, {net, settings, state, given, disagree, observed, assume: asked.assume || []});
      }
    };
  }

  step(node, {net, settings, state, given, disagree, observed, assume}) { // how a node comes to its value
    const none = {because: [], status: 'set', under: [], weakest: -1, species: [], restsOn: [], support: null, missing: [], closed: [], observed: [], loop: null};
    if (settings.has(node)) return none;
    const because = this.into[node].filter(edge => net.fires.has(edge)).map(edge => {
      const fires = state.value[net.fires.get(edge)];
      return {edge, fires, why: fires === 1 ? null : net.whyNot(edge, state)};
    });
    if (net.gatesOf(node).some(gate => state.value[gate] < 0)) {
      const missing = net.missing(node, state, settings), loop = missing.length ? null : net.loop(node, state);
      return {...none, because, status: disagree.has(node) ? 'readings disagree' : 'unknown', missing, loop};
    }
    const edges = new Set, closed = new Set, set = new Set;
    for (const gate of net.reason(node, given, state)) {
      const what = net.what.get(gate);
      if (!what) gate < net.size && set.add(net.nodeOf[gate]);
      else if (what.kind === 'closed') closed.add(what.of);
      else if (what.kind !== 'start') edges.add(what.of);
    }
    const weakest = Math.max(-1, ...[...edges].map(edge => net.standing.get(edge)), closed.size ? this.data.claims.indexOf('inference') : -1);
    const counts = new Map; // species by number, -1 for not stated
    for (const edge of edges) for (const taxon of this.data.species[edge] || [-1]) counts.set(taxon, (counts.get(taxon) || 0) + 1);
    const under = assume.filter(one => this.data.assumptions[one][2].some(([other]) => set.has(other)));
    const seen = !disagree.has(node) && observed.has(node);
    return {
      because, restsOn: [...edges], support: edges.size ? this.support(edges) : null, closed: [...closed], weakest, species: [...counts], missing: [], loop: null,
      status: disagree.has(node) ? 'readings disagree' : seen ? 'reproduces an observation' :
        under.length ? 'prediction under assumption' : 'prediction',
      under: disagree.has(node) || seen ? [] : under,
      observed: seen ? observed.get(node) : []
    };
  }

  support(edges) { // what edges rest on together: sources by stance, assays, how they were read, disagreements; each once
    const each = this.data.profiles[0].map(() => new Set);
    for (const edge of edges) this.data.profiles[this.data.rests[edge]].forEach((found, k) => found.forEach(one => each[k].add(one)));
    const [supporting, disputing, qualifying, designs, read, disagreements] = each;
    return {
      supporting: supporting.size, disputing: disputing.size, qualifying: qualifying.size,
      designs: [...designs].sort(), read: [...read].sort(), disagreements: disagreements.size
    };
  }
  rests(edges) { // the same in words, as kg.page.words has them
    const {supporting, disputing, qualifying, designs, read, disagreements} = this.support(edges);
    const many = n => n > 1 ? 's' : '';
    return [`${supporting || 'no'} source${many(supporting)}`, disputing && `${disputing} disputing`, qualifying && `${qualifying} qualifying`,
      disagreements && `${disagreements} disagreement${many(disagreements)}`].filter(Boolean).join(', ') +
      (read.length ? ` (${read.map(how => this.data.read[how] || how).join(', ')})` : '') + (designs.length ? `; assay: ${designs.join(', ')}` : '');
  }

  observed(settings, readings, assume) { // what a finding says of nodes under these settings, where all readings agree
    const found = new Map, refuted = new Set;
    for (const [given, node, relation, than, only] of this.data.expectations) {
      const here = this.settings({assume, condition: given});
      if (here.size !== settings.size || [...here].some(([key, value]) => settings.get(key) !== value)) continue;
      if (!found.has(node)) found.set(node, []);
      const said = found.get(node);
      if (!said.some(([r, t]) => r === relation && t === than)) said.push([relation, than]);
      const asked = readings.filter(reading => only < 0 || only === reading);
      if (!asked.every(reading => this.holds(this.nets[reading], here, node, relation, than, assume))) refuted.add(node);
    }
    for (const node of refuted) found.delete(node);
    return found;
  }

  holds(net, settings, node, relation, than, assume) { // true, false, or null where the run leaves it open
    const levels = this.levels[node];
    const rank = level => levels.indexOf(level);
    const ends = value => value === 'unknown' ? [0, levels.length - 1] : definite(value) ? [rank(value), rank(value)] : value.map(rank);
    let [low, high] = ends(net.all(settings)[node]);
    if (relation === 'is') {
      const wanted = net.rank(node, than);
      if (wanted === null) return low !== high;
      return low === wanted && high === wanted ? true : low <= wanted && wanted <= high ? null : false;
    }
    let [otherLow, otherHigh] = ends(net.all(this.settings({assume, condition: than}))[node]);
    if (relation === 'lower than') [low, high, otherLow, otherHigh] = [otherLow, otherHigh, low, high];
    if (relation === 'same as')
      return low === high && otherLow === low && otherHigh === low ? true : low > otherHigh || high < otherLow ? false : null;
    return low > otherHigh ? true : high <= otherLow ? false : null;
  }

  // The smallest interventions that tell the readings apart. A generator, so that a page stays alive meanwhile: it yields
  // nothing while it looks, and each experiment that it finds.
  * discriminate(assume = [], most = 2) {
    if (this.nets.length < 2) throw new Impossible('There is one reading only, so there is nothing to tell apart.');
    const cones = this.nets.map(net => net.cone(this.outcomes)), asked = new Set(this.outcomes);
    const differing = settings => {
      const each = this.nets.map(net => net.all(settings)), differ = [];
      for (const node of this.outcomes) {
        const by = each.map(values => values[node]);
        if (by.every(definite) && by.some(value => value !== by[0])) differ.push([node, by]);
      }
      return differ;
    };
    const options = this.levels.flatMap((levels, node) => {
      const gates = this.nets[0].gatesOf(node);
      return !asked.has(node) && cones.some(cone => gates.some(gate => cone[gate])) ? levels.map(value => [node, value]) : [];
    });
    const conditions = [-1, ...this.data.conditions.keys()];
    const already = new Set(conditions.filter(condition => differing(this.settings({assume, condition})).length));
    const seen = new Set;
    let found = 0;
    for (const size of [1, 0, ...Array.from({length: most - 1}, (_, k) => k + 2)]) {
      if (size > 1 && found) break;
      for (const condition of conditions) {
        if (size && already.has(condition)) continue; // nothing has to be added to it
        for (const chosen of combinations(options, size)) {
          yield null;
          const values = new Map(chosen);
          if (values.size < size) continue;
          const settings = this.settings({assume, condition, values});
          const key = JSON.stringify([...settings].sort((a, b) => a[0] - b[0]));
          if (seen.has(key)) continue;
          const differ = differing(settings);
          if (!differ.length) continue;
          seen.add(key);
          found++;
          yield {condition, values, outcomes: differ};
        }
      }
    }
  }
}

function* combinations(items, size, from = 0) {
  if (!size) return void (yield []);
  for (let k = from; k <= items.length - size; k++)
    for (const rest of combinations(items, size - 1, k + 1)) yield [items[k], ...rest];
}
