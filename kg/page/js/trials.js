// A screen: every node set in turn on top of a condition, with what that does to each outcome, as kg.reasoning.screens has
// it; and how strong that is. Nothing here knows of a page.
'use strict';

/** An outcome before and after, under each reading; the first is the main one. @typedef {{node: number, before: Value[], after: Value[]}} Outcome */
/** @typedef {{node: number, outcomes: Outcome[]}} Trial */
/** How an outcome moves: `by` is the part of its levels that it moves at least. @typedef {{how: 'set' | 'split' | 'open' | 'same' | 'lower' | 'higher', full: boolean, by: number}} Move */

/**
 * A generator, so that a page stays alive meanwhile.
 * @param {Model} model
 * @param {Pick<Question, 'condition' | 'reading' | 'assume'>} question
 * @param {string} value
 * @returns {Generator<Trial, void>}
 */
function* trials(model, {condition, reading = -1, assume}, value) {
  const nets = reading < 0 ? model.nets : [model.nets[reading]], base = model.settings({condition, assume, reading});
  /** The values of each outcome under each reading. @param {Settings} settings */
  const values = settings => {
    const each = nets.map(net => {
      const state = net.under(settings), found = model.outcomes.map(node => net.read(node, state));
      net.release(state);
      return found;
    });
    return model.outcomes.map((_, k) => each.map(found => found[k]));
  };
  const before = values(base);
  for (const node of model.levels.keys()) {
    const after = values(base.also(new Map([[node, value]])));
    yield {node, outcomes: model.outcomes.map((outcome, k) => ({node: outcome, before: before[k], after: after[k]}))};
  }
}

/** How an outcome of a trial moves. @param {Model} model @param {Trial} trial @param {Outcome} outcome @returns {Move} */
function moved({levels}, trial, {node, before, after}) {
  const ladder = levels[node], still = {full: false, by: 0};
  /** The lowest and the highest level that any reading allows. @param {Value[]} values */
  const ends = values => {
    const all = values.flatMap(value => value === 'unknown' ? [0, ladder.length - 1] : [value].flat().map(level => ladder.indexOf(level)));
    return [Math.min(...all), Math.max(...all)];
  };
  if (node === trial.node) return {...still, how: 'set'};
  if (before.every((value, k) => same(value, after[k]))) return {...still, how: 'same'};
  if (after.some(value => !same(value, after[0]))) return {...still, how: 'split'};
  const [low, high] = ends(before), [nowLow, nowHigh] = ends(after), down = low - nowHigh, up = nowLow - high;
  const by = Math.max(down, up) / (ladder.length - 1);
  if (down > 0) return {how: 'lower', full: nowHigh === 0, by};
  return up > 0 ? {how: 'higher', full: nowLow === ladder.length - 1, by} : {...still, how: 'open'};
}

/** The trials that move an outcome, the strongest first; and the nodes of the others. @param {Model} model @param {Trial[]} some */
function ranked(model, some) {
  const each = some.map(trial => ({trial, moves: trial.outcomes.map(outcome => moved(model, trial, outcome))}));
  /** @param {Move[]} moves */
  const firm = moves => moves.reduce((sum, {by}) => sum + by, 0);
  /** @param {Move[]} moves */
  const loose = moves => moves.filter(({how}) => how === 'open' || how === 'split').length;
  const moving = each.filter(({trial}) => trial.outcomes.some(({before, after}) => before.some((value, k) => !same(value, after[k]))));
  moving.sort((a, b) => firm(b.moves) - firm(a.moves) || loose(b.moves) - loose(a.moves) || a.trial.node - b.trial.node);
  return {moving, idle: each.filter(one => !moving.includes(one)).map(({trial}) => trial.node)};
}
