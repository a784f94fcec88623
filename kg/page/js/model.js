// A what-if in the page: a mechanism under each of its readings, what follows, why, and what would tell them apart. The
// answers are those of kg.reasoning. Nothing here knows of a page.
'use strict';

/**
 * -1 for no condition, and for every reading. With `then`, a second run starts from the end of the first. `against` is what
 * the answer is compared with: a condition, or one of AGAINST; without it, what fits the question.
 * @typedef {{condition?: number, values?: Settings, reading?: number, assume?: number[], then?: Settings, against?: number | null}} Question
 */
/** @typedef {{supporting: number, disputing: number, qualifying: number, designs: string[], read: string[], disagreements: number}} Support */
/** @typedef {{edge: number, fires: number, why: Why | null}} Because whether an edge fires (-1 open), and why it does not */
/** @typedef {[string, string | number]} Observation a relation, and a value or another condition */
/**
 * How a node comes to its value; edges, nodes, claims and species by number.
 * @typedef {{
 *   because: Because[], status: string, under: number[], weakest: number, species: [number, number][], restsOn: number[],
 *   support: Support | null, missing: {kind: string, of: number}[], closed: number[], observed: Observation[],
 *   loop: Loop | null, opposed: Meeting[]
 * }} Derivation
 */
/**
 * An answer that the steps of a derivation are read from.
 * @typedef {{
 *   net: Net, settings: Given, state: Known, place: Int32Array, given: Facts, disagree: Map<number, Value[]>,
 *   observed: Map<number, Observation[]>, assume: number[], opposed: Meeting[]
 * }} Ran
 */
/** @typedef {{condition: number, values: Settings, outcomes: [number, Value[]][]}} Experiment */

/** What an answer is compared with, if it is no condition: the starting state, or the end of the first of two runs. */
const AGAINST = {start: -1, before: -2};

/** How many sources, in words. @param {number} n */
const counted = n => n > 1 ? speak`${n} sources` : n ? speak`${n} source` : speak`no source`;

class Model {
  /** @param {Compiled} data */
  constructor(data) {
    this.data = data;
    this.levels = data.levels.map(levels => levels || ['absent', 'present']);
    this.nets = data.readings.map(reading => new Net(reading, this.levels));
    this.outcomes = data.outcomes.length ? data.outcomes : this.levels.map((_, n) => n);
    /** The edges that raise or lower each node. @type {number[][]} */
    this.into = this.levels.map(() => []);
    data.into.forEach((node, edge) => {
      const to = data.defined[edge] ?? node;
      if (to >= 0) this.into[to].push(edge);
    });
  }

  /** Assumptions, then the condition, then values; later ones win. @param {Question} question @returns {Given} */
  settings({condition = -1, values = new Map, assume = [], reading = -1}) {
    const {assumptions, conditions} = this.data, [, , given, context] = condition < 0 ? ['', '', [], -1] : conditions[condition];
    const fates = fatesIn(this.data, context, reading < 0 ? [...this.nets.keys()] : [reading]);
    const found = new Given([...assume.flatMap(one => assumptions[one][2]), ...given, ...values], context, fates);
    for (const [node, value] of found) this.nets[0].rank(node, value);
    return found;
  }

  /**
   * What follows: what is set on top of a condition beside that condition, a second run beside the end of the first, all
   * else beside the starting state; under every reading, unless the question names one.
   * @param {Question} question
   */
  ask(question) {
    const {condition = -1, values = new Map, reading: only = -1, assume = [], then = new Map} = question;
    const reading = Math.max(only, 0), net = this.nets[reading], numbers = only >= 0 ? [only] : [...this.nets.keys()];
    const first = this.settings(question), earlier = then.size ? first : null;
    const settings = earlier ? first.also(this.settings({values: then})) : first;
    const against = question.against ?? (earlier ? AGAINST.before : condition >= 0 && values.size ? condition : AGAINST.start);
    const base = against === AGAINST.before ? first : this.settings({assume, reading: only, condition: Math.max(against, -1)});
    const given = net.facts(settings, earlier), state = net.propagate(given), place = placed(state);
    const states = numbers.map(n => n === reading ? state : this.nets[n].under(settings, earlier));
    const each = states.map((one, k) => this.levels.map((_, node) => this.nets[numbers[k]].read(node, one)));
    const bases = numbers.map(n => this.nets[n].under(base)), main = numbers.indexOf(reading);
    const were = bases.map((one, k) => this.levels.map((_, node) => this.nets[numbers[k]].read(node, one)));
    const before = were[main], after = each[main], disagree = disagreeing(each), disagreed = disagreeing(were);
    const was = against === AGAINST.start ? new Map : disagreed;
    /** @param {number} node */
    const late = node => Math.max(...net.gatesOf(node).map(gate => state.value[gate] < 0 ? state.decided : place[gate]));
    /** @type {(by?: Value[]) => string} */
    const spelled = by => (by ?? []).map(shown).join();
    const changed = [...after.keys()].filter(node => !same(before[node], after[node]) || spelled(disagree.get(node)) !== spelled(was.get(node)));
    const when = this.levels.map(() => 0);
    for (const node of changed) when[node] = late(node);
    changed.sort((a, b) => when[a] - when[b] || a - b);
    /** What does not simply hold in the context that is asked. */
    const fates = fatesIn(this.data, settings.context, [0]);
    const opposed = meetings(this, net, state).filter(({node}) => !settings.has(node));
    /** Whether an edge fires after a run: 1, 0, or -1 where it is open or the readings disagree; null if it is not run. @type {(some: Known[]) => (edge: number) => number | null} */
    const firing = some => edge => {
      const [first, ...others] = some.map((one, k) => {
        const gate = this.nets[numbers[k]].fires.get(edge);
        return gate === undefined ? null : one.value[gate];
      });
      return others.some(other => other !== first) ? -1 : first;
    };
    /** What it is compared with, as a run of its own. @type {Side} */
    const compared = {settings: base, values: before, disagree: disagreed, fires: firing(bases)};
    /** @type {Ran['observed'] | undefined} */
    let observed;
    return {
      first, settings, reading, readings: numbers, against, before, after, disagree, changed, opposed, fates,
      compared, values: after, fires: firing(states),
      /** @type {(node: number) => Derivation} */
      step: node => {
        observed ??= earlier ? new Map : this.observed(settings, numbers, assume); // observations are of first runs
        return this.step(node, {net, settings, state, place, given, disagree, observed, assume, opposed});
      }
    };
  }

  /** How a node comes to its value. @param {number} node @param {Ran} ran @returns {Derivation} */
  step(node, {net, settings, state, place, given, disagree, observed, assume, opposed}) {
    /** @type {Derivation} */
    const none = {because: [], status: 'set', under: [], weakest: -1, species: [], restsOn: [], support: null, missing: [], closed: [], observed: [], loop: null, opposed: []};
    if (settings.has(node)) return none;
    const because = this.into[node].flatMap(edge => {
      const gate = net.fires.get(edge);
      if (gate === undefined) return [];
      const fires = state.value[gate];
      const fate = settings.fates.find(({kind, edge: of}) => kind === 0 && of === edge);
      /** @type {Why | null} */
      const apart = fate && (fires < 0 || !fate.contested) ? {kind: fate.contested ? 'contested' : 'left out', open: fires < 0, node: -1, edge: -1, level: '', text: fate.text} : null;
      return [{edge, fires, why: fires === 1 ? null : apart ?? whyNot(net, gate, state)}];
    });
    const meets = behind(net, state, node, opposed);
    if (net.gatesOf(node).some(gate => state.value[gate] < 0)) {
      const missing = missingFacts(net, node, state, settings), loop = missing.length ? null : openLoop(net, node, state);
      return {...none, because, status: disagree.has(node) ? 'readings disagree' : missing.some(({kind}) => !['start', 'effect'].includes(kind)) ? 'contested' : 'unknown', missing, loop, opposed: meets};
    }
    /** @type {Set<number>[]} */
    const [edges, closed, set] = [new Set, new Set, new Set];
    for (const gate of reason(net, node, given, state, place)) {
      const what = net.what.get(gate);
      if (!what) gate < net.size && set.add(net.nodeOf[gate]);
      else if (what.kind === 'closed') closed.add(what.of);
      else if (what.kind !== 'start' && given.known.get(gate) === net.known.get(gate)) edges.add(what.of); // else it is left out
    }
    const weakest = Math.max(-1, ...[...edges].map(edge => net.standing.get(edge) ?? -1), closed.size ? this.data.claims.indexOf('inference') : -1);
    /** How many edges state a species, by its number; -1 for not stated. @type {Map<number, number>} */
    const counts = new Map;
    for (const edge of edges) for (const taxon of this.data.species[edge] || [-1]) counts.set(taxon, (counts.get(taxon) || 0) + 1);
    const under = assume.filter(one => this.data.assumptions[one][2].some(([other]) => set.has(other)));
    const seen = disagree.has(node) ? undefined : observed.get(node);
    return {
      because, restsOn: [...edges], support: edges.size ? this.support(edges) : null, closed: [...closed], weakest, species: [...counts], missing: [], loop: null, opposed: meets,
      status: disagree.has(node) ? 'readings disagree' : seen ? 'reproduces an observation' :
        under.length ? 'prediction under assumption' : 'prediction',
      under: disagree.has(node) || seen ? [] : under,
      observed: seen ?? []
    };
  }

  /** What edges rest on together: sources by stance, assays, how they were read, disagreements; each once. @param {Iterable<number>} edges @returns {Support} */
  support(edges) {
    /** @type {Set<number | string>[]} */
    const each = this.data.profiles[0].map(() => new Set);
    for (const edge of edges) this.data.profiles[this.data.rests[edge]].forEach((found, k) => found.forEach(one => each[k].add(one)));
    const [supporting, disputing, qualifying, designs, read, disagreements] = each;
    return {
      supporting: supporting.size, disputing: disputing.size, qualifying: qualifying.size,
      designs: [...designs].map(String).sort(), read: [...read].map(String).sort(), disagreements: disagreements.size
    };
  }
  /** Sources and disagreements in words. @param {Support} support */
  counts({supporting, disputing, qualifying, disagreements}) {
    return [counted(supporting), disputing && speak`${disputing} disputing`, qualifying && speak`${qualifying} qualifying`,
      disagreements && (disagreements > 1 ? speak`${disagreements} disagreements` : speak`${disagreements} disagreement`)].filter(Boolean).join(', ');
  }
  /** What edges rest on, in words, as kg.page.words has them. @param {number[]} edges */
  rests(edges) {
    if (edges.length && edges.every(edge => edge in this.data.defined)) return speak`by definition`;
    const support = this.support(edges), {designs, read} = support;
    return this.counts(support) + (read.length ? ` (${read.map(how => this.data.read[how] || how).join(', ')})` : '') + (designs.length ? speak`; assay: ${designs.join(', ')}` : '');
  }

  /**
   * What a finding says of nodes under these settings, where all readings agree.
   * @param {Given} settings
   * @param {number[]} readings
   * @param {number[]} assume
   * @returns {Map<number, Observation[]>}
   */
  observed(settings, readings, assume) {
    /** @type {Map<number, Observation[]>} */
    const found = new Map;
    const refuted = new Set;
    for (const [condition, node, relation, than, only] of this.data.expectations) {
      const here = this.settings({assume, condition, reading: readings.length > 1 ? -1 : readings[0]});
      if (!here.equals(settings)) continue;
      const said = found.get(node) ?? [];
      found.set(node, said);
      if (!said.some(([r, t]) => r === relation && t === than)) said.push([relation, than]);
      const asked = readings.filter(reading => only < 0 || only === reading);
      if (!asked.every(reading => this.holds(this.nets[reading], here, node, [relation, than], assume))) refuted.add(node);
    }
    for (const node of refuted) found.delete(node);
    return found;
  }

  /**
   * Whether an observation holds; null where the run leaves it open.
   * @param {Net} net
   * @param {Given} settings
   * @param {number} node
   * @param {Observation} observation
   * @param {number[]} assume
   */
  holds(net, settings, node, [relation, than], assume) {
    const levels = this.levels[node];
    /** @type {(value: Value) => number[]} */
    const ends = value => value === 'unknown' ? [0, levels.length - 1] :
      typeof value === 'string' ? [levels.indexOf(value), levels.indexOf(value)] : value.map(level => levels.indexOf(level));
    let [low, high] = ends(net.all(settings)[node]);
    if (relation === 'is') {
      const wanted = net.rank(node, String(than));
      if (wanted === null) return low !== high;
      return low === wanted && high === wanted ? true : low <= wanted && wanted <= high ? null : false;
    }
    let [otherLow, otherHigh] = ends(net.all(this.settings({assume, condition: Number(than)}))[node]);
    if (relation === 'lower than') [low, high, otherLow, otherHigh] = [otherLow, otherHigh, low, high];
    if (relation === 'same as')
      return low === high && otherLow === low && otherHigh === low ? true : low > otherHigh || high < otherLow ? false : null;
    return low > otherHigh ? true : high <= otherLow ? false : null;
  }

  /**
   * The smallest interventions that tell the readings apart. A generator, so that a page stays alive meanwhile: it yields
   * nothing while it looks, and each experiment that it finds.
   * @param {number[]} assume
   * @returns {Generator<Experiment | null, void>}
   */
  * discriminate(assume = [], most = 2) {
    if (this.nets.length < 2) throw new Impossible(speak`There is one reading only, so there is nothing to tell apart.`);
    const cones = this.nets.map(net => net.cone(this.outcomes)), asked = new Set(this.outcomes);
    /** The outcomes on which the readings differ. @param {Settings} settings */
    const differing = settings => {
      const each = this.nets.map(net => net.all(settings));
      /** @type {Experiment['outcomes']} */
      const differ = [];
      for (const node of this.outcomes) {
        const by = each.map(values => values[node]);
        if (by.every(definite) && by.some(value => value !== by[0])) differ.push([node, by]);
      }
      return differ;
    };
    const options = this.levels.flatMap((levels, node) => {
      const gates = this.nets[0].gatesOf(node);
      if (asked.has(node) || !cones.some(cone => gates.some(gate => cone[gate]))) return [];
      return levels.map(value => /** @type {[number, string]} */ ([node, value]));
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
          const key = JSON.stringify([settings.context, ...[...settings].sort((a, b) => a[0] - b[0])]);
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

/** @template T @param {T[]} items @param {number} size @returns {Generator<T[], void>} */
function* combinations(items, size, from = 0) {
  if (!size) return void (yield []);
  for (let k = from; k <= items.length - size; k++)
    for (const rest of combinations(items, size - 1, k + 1)) yield [items[k], ...rest];
}

/** The values of nodes under each reading, where they differ. @param {Value[][]} each @returns {Map<number, Value[]>} */
function disagreeing(each) {
  const found = new Map;
  each[0].forEach((first, node) => {
    const by = each.map(values => values[node]);
    if (by.some(value => !same(value, first))) found.set(node, by);
  });
  return found;
}
