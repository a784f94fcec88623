// What the editor completes: keys of the notation, verbs with their synonyms, terms, and the names of this mechanism; and where an
// entry goes that the page writes.
'use strict';

/** @param {() => Known | null} words what kg knows @param {() => Partial<Holds>} holds what the mechanism holds @returns {Complete} */
function completion(words, holds) {
  /** @type {(label: string, detail: string, info?: string, apply?: string, boost?: number) => Option} */
  const option = (label, detail, info = '', apply = label, boost = 0) => ({label, detail, info, apply, boost});
  function options() {
    const known = words(), has = holds();
    /** @type {Option[]} */
    const found = [];
    for (const node of has.nodes ?? []) found.push(option(node.key, `node: ${node.label}`, '', undefined, 3));
    for (const edge of has.edges ?? []) found.push(option(edge.name, `edge: ${edge.words}`, '', undefined, 1));
    for (const one of has.conditions ?? []) found.push(option(one.key, `condition: ${one.title}`));
    for (const name of has.sources ?? []) found.push(option(name, 'source'));
    for (const name of has.places ?? []) found.push(option(name, 'place'));
    for (const {verb, also, means} of known?.verbs ?? []) {
      found.push(option(verb, 'verb', means, undefined, 2));
      for (const other of also) found.push(option(other, `verb: ${verb}`, means, verb));
    }
    for (const rows of Object.values(known?.records ?? {}))
      for (const {key, meaning, kind} of rows) found.push(option(key, 'key', `${meaning} (${kind})`, `${key}: `));
    for (const {claim, means} of known?.claims ?? []) found.push(option(claim, 'claim', means));
    for (const {id, label, also} of known?.terms ?? [])
      for (const name of [label, id, ...also]) found.push(option(name, name === id ? label : id, '', `${id} ! ${label}`, -1));
    return [...new Map(found.map(one => [one.label + ' ' + one.apply, one])).values()];
  }
  return context => {
    const word = context.matchBefore(/[\w.+:-]+/);
    if (!word && !context.explicit) return null;
    return {from: word ? word.from : context.pos, options: options(), validFor: /^[\w.+: -]*$/};
  };
}

/**
 * Where an entry goes: behind the last one of its part, which begins at the end of the text if there is none. Null if the part stands
 * in one line.
 * @param {string} text @param {string} part @param {string} entry
 */
function addition(text, part, entry) {
  const lines = text.split('\n'), start = lines.findIndex(line => line.startsWith(`${part}:`));
  if (/:\s*[^\s#]/.test(lines[start] ?? '')) return null;
  let end = start < 0 ? lines.length : lines.findIndex((line, n) => n > start && /^[a-z]/.test(line));
  if (end < 0) end = lines.length;
  while (end > start + 1 && /^(#|\s*$)/.test(lines[end - 1] ?? '')) end--; // a comment there is of the next part
  const before = lines.slice(0, end).join('\n'), insert = (start < 0 ? `\n${part}:` : '') + entry;
  return {from: before.length, insert: before ? insert : insert.slice(1)};
}
