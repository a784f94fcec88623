// What the editor completes: keys of the notation, verbs with their synonyms, and names of this mechanism; nodes and terms by any of
// their names, which Python knows; and where an entry goes that the page writes.
'use strict';

/**
 * @param {() => Known | null} words what kg knows @param {() => Partial<Holds>} holds what the mechanism holds
 * @param {(phrases: string[], terms: boolean) => Promise<Asked['names'][1]>} names what nodes and terms are called so @returns {Complete}
 */
function completion(words, holds, names) {
  /** @type {(label: string, detail: string, info?: string, apply?: string, boost?: number) => Option} */
  const option = (label, detail, info = '', apply = label, boost = 0) => ({label, detail, info, apply, boost});
  function options() {
    const known = words(), has = holds();
    /** @type {Option[]} */
    const found = [];
    for (const edge of has.edges ?? []) found.push(option(edge.name, `edge: ${edge.words}`, '', undefined, 1));
    for (const one of has.conditions ?? []) found.push(option(one.key, `condition: ${one.title}`));
    for (const name of has.sources ?? []) found.push(option(name, 'source'));
    for (const name of has.places ?? []) found.push(option(name, 'place'));
    for (const {verb, also, means} of known?.verbs ?? []) {
      found.push(option(verb, 'verb', means, undefined, 2));
      for (const other of also.split(' ').filter(Boolean)) found.push(option(other.replaceAll('_', ' '), `verb: ${verb}`, means, verb));
    }
    for (const rows of Object.values(known?.records ?? {}))
      for (const {key, meaning, kind} of rows) found.push(option(key, 'key', `${meaning} (${kind})`, `${key}: `));
    for (const {claim, means} of known?.claims ?? []) found.push(option(claim, 'claim', means));
    return [...new Map(found.map(one => [one.label + ' ' + one.apply, one])).values()];
  }
  /** The words of a name may be many: each beginning of up to five words before the cursor, the longest first. @param {string} before */
  function beginnings(before) {
    /** @type {number[]} */
    const found = [];
    for (const {0: word, index = 0} of [...before.matchAll(/[^\s[\]{},"]+/g)].reverse()) {
      if (found.length === 5 || /^[-!#]$|:$/.test(word) || (found.length && /[[\]{},"]/.test(before.slice(index + word.length, found[0])))) break;
      found.unshift(index);
    }
    return found;
  }
  return [
    context => {
      const word = context.matchBefore(/[\w.+:-]+/);
      if (!word && !context.explicit) return null;
      return {from: word ? word.from : context.pos, options: options(), validFor: /^[\w.+:-]*$/};
    },
    async context => {
      const line = context.state.doc.lineAt(context.pos), before = line.text.slice(0, context.pos - line.from), starts = beginnings(before);
      if (!starts.length || /\s$/.test(before) || /^\s*#/.test(before)) return null;
      const terms = !/\bedge:\s/.test(before) && /[:[,-]\s*\S/.test(before); // a sentence has nodes only
      const found = await names(starts.map(start => before.slice(start)), terms);
      if (context.aborted || !found.length) return null;
      return {from: line.from + (starts.at(-1) ?? 0), filter: false, options: found.map(({phrase, label, detail, apply}) => ({
        label, detail, apply: (view, _option, _from, to) => {
          const from = line.from + (starts[phrase] ?? 0);
          view.dispatch({changes: {from, to, insert: apply}, selection: {anchor: from + apply.length}, userEvent: 'input.complete'});
        }
      }))};
    }
  ];
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
