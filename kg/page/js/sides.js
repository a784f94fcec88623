// What a picture shows of a run: the value of each node by a sign, a shape and a word, and the steps that act. Of two runs
// beside each other it also shows what differs.
'use strict';

/**
 * A run: what was set, the value of each node, where the readings differ, and which edges fire.
 * @typedef {{settings: Given, values: Value[], disagree: Map<number, Value[]>, fires: (edge: number) => number | null}} Side
 */
/** A run that is shown, another one if that is shown beside it, and else the nodes that count as changed. @typedef {{side: Side, other: Side | null, changed: Set<number>}} Showing */
/** How a node looks in the picture. @typedef {{look: 'on' | 'off' | 'open' | 'split', text: string, changed: boolean, set: boolean}} Seen */

/** Whether a node comes out otherwise in another run. @param {Side} one @param {Side} other @param {number} node */
function differs(one, other, node) {
  const [here, there] = [one, other].map(({disagree}) => (disagree.get(node) ?? []).map(shown).join());
  return here !== there || !here && !same(one.values[node], other.values[node]);
}

/** The value of a node, or those of the readings. @param {Side} side @param {number} node */
const worded = ({disagree, values}, node) => [...new Set((disagree.get(node) ?? [values[node]]).map(shown))].join(' | ');

/**
 * @param {Page} page
 * @param {(node: number, value: Value) => 'on' | 'off' | 'open'} look
 * @param {() => Showing | null} showing
 */
function sideOf({state, light}, look, showing) {
  const SIGN = {on: '✓', off: '✕', open: '?', split: '≠'};
  /** Nothing in the tour, unless the stop lights it. @param {'nodes' | 'edges'} kind @param {number} n */
  const dim = (kind, n) => state.tab === 'tour' && !light.chosen()?.[kind].has(n);

  /** How a node looks in the picture, or nothing. @param {number} node @returns {Seen | null} */
  function seen(node) {
    const now = node < 0 ? null : showing();
    if (!now || dim('nodes', node)) return null;
    const {side, other, changed} = now, is = {changed: other ? differs(side, other, node) : changed.has(node), set: side.settings.has(node)};
    if (side.disagree.has(node)) return {...is, look: 'split', text: speak`disagree`, set: false};
    return {...is, look: look(node, side.values[node]), text: shown(side.values[node])};
  }
  /** The same with its mark: a sign, and a sign with words. @param {number} node */
  function value(node) {
    const one = seen(node);
    if (!one) return null;
    const sign = (one.changed && showing()?.other ? 'Δ ' : '') + SIGN[one.look];
    return {...one, sign, said: `${sign} ${one.set ? `${speak`set:`} ` : ''}${one.text}`};
  }
  /** What is absent is drawn as an outline. @param {number} node */
  const ghost = node => seen(node)?.look === 'off';
  /** Of a line: full if the step fires. @param {number} edge */
  function strength(edge) {
    const now = edge < 0 ? null : showing();
    if (!now || dim('edges', edge)) return 1;
    const fires = now.side.fires(edge);
    if (fires === null && state.tab === 'tour') return 1; // it is not run, and the stop lights it all the same
    return fires === 1 ? 1 : fires === -1 ? 0.6 : 0.3;
  }
  /** Whether a step acts in one of two runs beside each other, and not in the other. @param {number} edge */
  function apart(edge) {
    const now = edge < 0 ? null : showing();
    return !!now?.other && now.side.fires(edge) !== now.other.fires(edge);
  }
  return {seen, value, ghost, strength, apart};
}
