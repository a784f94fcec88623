// What a run fixes, and the context in which it is asked. Nothing here knows of a page.
'use strict';

/** What becomes of an edge, or of a condition of one, in a context: `contested`, or else left out. @typedef {{kind: number, edge: number, node: number, contested: boolean, text: string}} Fate */

/** @extends Map<number, string> */
class Given extends Map {
  /** @param {Iterable<[number, string]>} values by node @param {number} context its number, or -1 @param {Fate[]} fates of all that does not simply hold in it */
  constructor(values, context = -1, fates = []) {
    super(values);
    this.context = context;
    this.fates = fates;
  }
  /** The same with further values, in the same context; later ones win. @param {Settings} values */
  also(values) {
    return new Given([...this, ...values], this.context, this.fates);
  }
  /** Whether both fix the same in the same context. @param {Given} other */
  equals(other) {
    return this.context === other.context && this.size === other.size && [...other].every(([node, value]) => this.get(node) === value);
  }
}

/** What becomes of all that does not simply hold in a context, under some readings. @param {Compiled} data @param {number} context @param {number[]} readings @returns {Fate[]} */
function fatesIn({contexts}, context, readings) {
  const found = new Map;
  for (const reading of context < 0 ? [] : readings)
    for (const [kind, edge, node, contested, text] of contexts[context].fates[reading])
      found.set([kind, edge, node].join(), {kind, edge, node, contested: contested === 1, text});
  return [...found.values()];
}

/** Facts of a reading, less what does not hold in the context of a question: that is false, or not known. @param {Net} net @param {[number, boolean][]} facts @param {Fate[]} fates @returns {[number, boolean][]} */
function heldTrue(net, facts, fates) {
  const apart = new Map(fates.map(({kind, edge, node, contested}) => [net.claims.get([kind, edge, node].join()), contested]));
  return facts.flatMap(([gate, known]) => apart.has(gate) ? apart.get(gate) ? [] : [[gate, false]] : [[gate, known]]);
}
