// What follows, told node by node: before and after, the steps that decided it, and what supports it.
'use strict';

/** @typedef {ReturnType<Model['ask']>} Answer */
/** @typedef {{kind: string, of: number}} Missing */

/** @param {Page} page @param {() => Model} load */
function follows(page, load) {
  const data = () => load().data;
  /** @type {Record<string, string>} what is not known of an edge */
  const OPEN = {
    effect: speak`how far this goes`, edge: speak`whether this holds in this context`, requires: speak`what this needs in this context`,
    unless: speak`what stops this in this context`
  };
  /** @type {(node: number, value: Value) => 'on' | 'off' | 'open'} */
  const look = (node, value) => value === 'unknown' || typeof value !== 'string' ? 'open' : value === load().levels[node][0] ? 'off' : 'on';

  /** @param {number} node @param {Value} one */
  const single = (node, one) => make('span', {class: `value ${look(node, one)}`}, shown(one));
  /** The value of a node after a run, or those of the readings. @param {Answer} answer @param {number} node */
  const value = ({disagree, after}, node) => {
    const by = disagree.get(node);
    return by ? make('span', {class: 'value split'}, [...new Set(by.map(shown))].join(' | ')) : single(node, after[node]);
  };
  /** @param {number} node */
  const nodeLink = node => make('button', {type: 'button', class: 'link', 'data-node': node}, page.label(node));
  /** @param {number} edge */
  const edgeLink = edge => make('button', {type: 'button', class: 'link', 'data-edge': edge}, page.say(edge));
  /** @param {number[]} edges */
  const rests = edges => make('span', {class: 'meta'}, ` · ${load().rests(edges)}`);

  /** Why a step does not act. @param {Why} why @param {Answer} answer @returns {Inside[]} */
  function because({kind, open, node, edge, level, text}, {after}) {
    if (kind === 'left out') return [speak`it was seen in another context (${text ?? ''})`];
    if (kind === 'contested') return [speak`sources of this context disagree on it (${text ?? ''})`];
    if (kind === 'blocked') return [open ? speak`it may be blocked:` : speak`it is blocked:`, ' ', edgeLink(edge)];
    const name = page.label(node);
    if (kind === 'subject') return [open ? speak`it is unknown whether ${name} is present` : speak`${name} is ${shown(after[node])}`];
    if (kind === 'requires') return [data().levels[node] ? speak`it needs ${name} at ${speak(level)}, which is ${shown(after[node])}` : speak`it needs ${name}, which is ${shown(after[node])}`];
    return [open ? speak`${name} may be present` : speak`${name} is present`];
  }
  /** @param {Missing} one */
  const missing = one => one.kind === 'start' ? speak`whether ${page.label(one.of)} is present` : `${OPEN[one.kind]}: ${page.say(one.of)}`;
  /** @param {Loop} one */
  const loop = ({brakes, nodes}) =>
    `${brakes ? speak`A loop brakes itself, so it has no settled value` : speak`The values of a loop depend on the order of events`}: ${nodes.map(page.label).join(', ')}.`;
  /** @param {Observation} one */
  const observation = ([relation, than]) => relation === 'is' ? speak`is ${speak(String(than))}` : speak(`${relation} under “{0}”`, data().conditions[+than][1]);

  /** What a step rests on: a sentence, then the parts. @param {Derivation} step */
  function stands({restsOn, weakest, species, closed}) {
    const {said, common} = data(), count = restsOn.length, scope = $('whatif')?.dataset.scope;
    const counted = species.map(([taxon, n]) => `${taxon < 0 ? speak`not stated` : common[taxon]} ${n}`);
    return make('details', {}, make('summary', {}, count > 1 ? speak`Rests on ${count} steps` : count ? speak`Rests on ${count} step` : speak`Rests on no step`, weakest < 0 ? '' : speak`; weakest link: ${said[weakest]}`),
      count ? make('p', {}, speak`Sources: ${load().rests(restsOn)}.`) : '',
      counted.length ? make('p', {}, `${speak`Species, by step: ${counted.join(', ')}`}${scope ? speak`; of the whole the source says: ${scope}` : ''}.`) : '',
      closed.length ? make('p', {}, speak`This assumes that nothing else causes ${closed.map(page.label).join(', ')}.`) : '',
      count ? items(restsOn.map(edge => [edgeLink(edge), rests([edge])])) : '');
  }

  /** @param {Answer} answer @param {number} node */
  function item(answer, node) {
    const step = answer.step(node), by = answer.disagree.get(node), {readings, assumptions} = data();
    const parts = [make('p', {class: 'change'}, nodeLink(node), ' ', make('span', {class: 'meta'}, shown(answer.before[node])), ' → ', value(answer, node))];
    const status = speak(step.status) + step.under.map((n, at) => `${at ? ',' : ''} ${speak`“${assumptions[n][1]}”`}`).join('');
    parts.push(make('p', {class: 'status'}, make('strong', {}, status), step.observed.length ? `: ${step.observed.map(observation).join('; ')}` : ''));
    if (by) parts.push(items(by.map((one, k) => [`${readings[answer.readings[k]].title}: `, single(node, one)]), 'plain readings'));
    if (step.because.length) parts.push(items(step.because.map(({edge, fires, why}) => {
      const acts = make('span', {class: `fires ${['open', 'no', 'yes'][fires + 1]}`}, [speak`open`, speak`does not act`, speak`acts`][fires + 1]);
      const reason = make('span', {class: 'meta'}, why ? [' ', speak`because`, ' ', ...because(why, answer)] : '', ` · ${load().rests([edge])}`);
      return [acts, ' ', edgeLink(edge), reason];
    }), 'plain because'));
    const told = new Set(step.opposed.map(({decrease}) => decrease)); // how far these go is said where they meet
    const open = step.missing.filter(({kind, of}) => kind !== 'effect' || !told.has(of));
    if (step.status === 'unknown' || step.status === 'contested') parts.push(make('p', {class: 'meta'}, open.length ? speak`Not settled: ${open.map(missing).join('; ')}.` :
      step.loop ? loop(step.loop) : ''));
    else if (!step.missing.length && !step.loop) parts.push(stands(step));
    return make('li', {'data-step': page.scene.nodes[node].key}, parts);
  }

  /** The context that a question is asked in, and what does not simply hold in it. @param {Answer} answer @returns {HTMLElement[]} */
  function context({settings, fates}) {
    if (settings.context < 0) return [];
    /** @type {[string, Fate[]][]} */
    const both = [
      [speak`Left out, since all that supports it was seen in another context`, fates.filter(one => !one.contested)],
      [speak`Contested: sources in this context disagree`, fates.filter(one => one.contested)]
    ];
    return [make('p', {class: 'note'}, speak`In this context:`, ' ', make('strong', {}, data().contexts[settings.context].said)), ...both.flatMap(([title, some]) => some.length ? [
      make('p', {class: 'note'}, `${title}:`),
      items(some.map(({edge, node, text}) => [edgeLink(edge), node < 0 ? '' : ` ${speak`needs ${page.label(node)}`}`, make('span', {class: 'meta'}, ` (${text})`)]))] : [])];
  }
  return {look, value, item, context};
}

/** A list of what stands in each item. @param {Inside[][]} some */
function items(some, look = 'plain') {
  return make('ul', {class: look}, some.map(one => make('li', {}, one)));
}
