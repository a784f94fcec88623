// Where opposite edges meet in a run: both act on one node, and the run cannot say which prevails, or one of them does. As
// kg.reasoning.meetings has it; what would settle it, Python wrote. Nothing here knows of a page.
'use strict';

/** @typedef {{node: number, increase: number, decrease: number}} Meeting an edge that raises a node and one that lowers it, where both act */

/**
 * Every pair of opposite edges that act on a node which they leave open, or that have one subject.
 * @param {Model} model
 * @param {Net} net
 * @param {Known} state
 * @returns {Meeting[]}
 */
function meetings({data}, net, {value}) {
  const lowers = new Set(data.lowers);
  /** Those that raise and those that lower each node. @type {Map<number, [number[], number[]]>} */
  const into = new Map;
  data.into.forEach((node, edge) => {
    const gate = net.fires.get(edge);
    if (node < 0 || gate === undefined || value[gate] !== 1) return;
    const both = into.get(node) ?? [[], []];
    into.set(node, both);
    both[+lowers.has(edge)].push(edge);
  });
  return [...into].flatMap(([node, [raising, lowering]]) => {
    const open = net.gatesOf(node).some(gate => value[gate] < 0);
    return raising.flatMap(increase => lowering.filter(decrease => open || net.subject(increase) === net.subject(decrease))
      .map(decrease => ({node, increase, decrease})));
  });
}

/** The meetings that leave a node open, and those on the node itself. @param {Net} net @param {Known} state @param {number} node @param {Meeting[]} found */
function behind(net, {value}, node, found) {
  const stack = net.gatesOf(node).filter(gate => value[gate] < 0), seen = new Set(stack);
  for (const gate of stack) // grows while it is read
    for (let k = net.start[gate]; k < net.start[gate + 1]; k++) {
      const below = net.ins[k] >> 1;
      if (value[below] < 0 && !seen.has(below)) seen.add(below), stack.push(below);
    }
  return found.filter(one => one.node === node || net.gatesOf(one.node).some(gate => seen.has(gate)));
}

/** Who supports an edge: its firmest claim, and how many sources. @param {Model} model @param {number} edge */
function supported(model, edge) {
  const claim = model.data.around[edge][1];
  return `${claim < 0 ? speak`no source supports it` : model.data.said[claim]}, ${model.counts({...model.support([edge]), disagreements: 0})}`;
}
/** What would settle which of two edges that meet prevails. @param {Model} model @param {Meeting} meeting */
function settles({data}, {increase, decrease}) {
  const [one, other] = [increase, decrease].map(edge => data.around[edge][0]);
  return data.settles.find(([a, b]) => a === one && b === other)?.[2] ?? '';
}
