// An answer beside the condition that it changes, and the opposite steps that leave a node open in it.
'use strict';

/** @param {Page} page @param {() => Model} load */
function comparison({scene, say}, load) {
  /** An answer beside its condition, if something is set on top of one; else beside the start. @param {Question} question @returns {Answer} */
  function compared(question) {
    const found = load().ask(question);
    if (!((question.condition ?? -1) >= 0 && question.values?.size)) return found;
    const base = load().ask({...question, values: new Map});
    /** @param {number} node */
    const apart = node => (base.disagree.get(node) ?? []).map(shown).join() !== (found.disagree.get(node) ?? []).map(shown).join();
    const order = new Set([...found.changed, ...found.after.keys()]); // as it follows, then what the start has, too
    const changed = [...order].filter(node => !same(base.after[node], found.after[node]) || apart(node));
    return {...found, before: base.after, changed};
  }
  /** Opposite steps that leave a node open, with what would settle it. @param {Answer} found @param {number} node @returns {string[]} */
  function opposed(found, node) {
    if (found.settings.has(node)) return [];
    /** @param {number} edge */
    const told = edge => `${say(edge)} (${load().rests([edge])})`;
    return found.step(node).missing.filter(({kind, of}) => kind === 'effect' && found.fires(of) === 1).flatMap(({of}) =>
      load().into[scene.edges[of].to].filter(edge => scene.edges[edge].sign > 0 && found.fires(edge) === 1).map(edge =>
        `${told(edge)} against ${told(of)}; to settle it: how far the second goes where both act, or what separates the two`));
  }
  return {compared, opposed};
}
