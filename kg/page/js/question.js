// A question of what if: what it sets, how it is said in words, in the address and on the command line.
'use strict';

/** @param {Page} page @param {() => Model} load @param {ReturnType<typeof namesOf>} names */
function questions({scene, label}, load, {named}) {
  const data = () => load().data;
  /** @returns {Asked} */
  const none = () => ({condition: -1, values: new Map, then: new Map, reading: -1, assume: new Set, against: null, screen: '', beside: false});
  /** @param {Asked} asked */
  const sets = ({condition, values, then, reading, assume, against}) =>
    condition >= 0 || values.size + then.size > 0 || reading >= 0 || assume.size > 0 || (against ?? -1) >= 0;
  /** As the model takes it. @param {Asked} asked @returns {Question} */
  const posed = asked => ({...asked, assume: [...asked.assume].sort((a, b) => a - b)});

  /** @param {Asked} asked */
  function title({condition, values, then, reading, assume}) {
    const {conditions, readings, assumptions} = data(), parts = condition >= 0 ? [conditions[condition][1]] : [];
    for (const [node, one] of values) parts.push(`${label(node)} ${speak(one)}`);
    if (then.size) parts.push(speak`then ${[...then].map(([node, one]) => `${label(node)} ${speak(one)}`).join(', ')}`);
    if (reading >= 0) parts.push(speak`reading: ${readings[reading].title}`);
    for (const one of assume) parts.push(speak`assumed: ${assumptions[one][1]}`);
    return parts.join(' · ') || speak`nothing set`;
  }
  /** What an answer is compared with: for a second run, where the first one ended. @param {Answer} found @param {Asked} asked */
  const against = ({against: what}, asked) => what === AGAINST.start ? speak`the start` :
    what === AGAINST.before ? speak`where “${title({...asked, then: new Map})}” ended` : speak`“${data().conditions[what][1]}”`;

  /** The runs of two pictures, by name: what an answer is compared with, then its own. @param {Answer} found @param {Asked} asked */
  function sides(found, asked) {
    const name = found.against >= 0 ? data().conditions[found.against][1] : against(found, asked), own = {...asked, against: null};
    return [name[0].toUpperCase() + name.slice(1), sets(own) ? title(own) : speak`The start`];
  }

  /** The key of a condition, or "start". @param {number} what an answer is compared with */
  const called = what => what === AGAINST.start ? 'start' : data().conditions[what][0];
  /** What gives the same answer outside of the page. @param {Asked} asked */
  function command({condition, values, then, reading, assume, against, screen}) {
    const {conditions, readings, assumptions} = data(), words = ['kg', screen ? 'screen' : 'whatif', scene.id];
    if (condition >= 0) words.push('--in', conditions[condition][0]);
    if (screen === 'present') words.push('--with', screen);
    for (const [option, some] of /** @type {[string, Settings][]} */ ([['--set', values], ['--then', then]]))
      for (const [node, one] of some) words.push(option, `${scene.nodes[node].key}=${one}`);
    if (against !== null && !screen) words.push('--against', called(against));
    if (reading >= 0) words.push('--reading', readings[reading].key);
    for (const one of assume) words.push('--assume', assumptions[one][0]);
    return words.map(word => /^[\w.=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  }

  /** The question of an address, or what is wrong with it. @param {URLSearchParams} hash */
  function read(hash) {
    const asked = none(), {conditions, readings, assumptions} = data();
    /** @type {string[]} */
    const wrong = [];
    /** @type {(keys: string[], key: string, what: string) => number} */
    const find = (keys, key, what) => {
      const n = keys.indexOf(key);
      if (n < 0) wrong.push(speak`No ${speak(what)} is called “${key}”.`);
      return n;
    };
    /** @type {(key: string, what: string) => string | null} */
    const once = (key, what) => {
      if (hash.getAll(key).length > 1) wrong.push(speak`More than one ${speak(what)} is asked for.`);
      return hash.get(key);
    };
    const condition = once('in', 'condition'), reading = once('reading', 'reading'), against = once('against', 'comparison'), screen = once('screen', 'screen'), beside = once('beside', 'pair of pictures');
    if (condition !== null) asked.condition = find(conditions.map(([key]) => key), condition, 'condition');
    if (reading !== null) asked.reading = find(readings.map(({key}) => key), reading, 'reading');
    if (against !== null) asked.against = against === 'start' ? AGAINST.start : find(conditions.map(([key]) => key), against, 'condition');
    for (const key of hash.getAll('assume')) asked.assume.add(find(assumptions.map(([key]) => key), key, 'assumption'));
    for (const text of hash.getAll('set')) wrong.push(...set(asked.values, text));
    for (const text of hash.getAll('then')) wrong.push(...set(asked.then, text));
    if (beside === '1') asked.beside = true;
    else if (beside !== null) wrong.push(speak`For two pictures side by side write beside=1, not “${beside}”.`);
    if (screen === 'absent' || screen === 'present') asked.screen = screen;
    else if (screen !== null) wrong.push(speak`A screen sets nodes absent or present, not “${screen}”.`);
    if (screen !== null && (asked.values.size + asked.then.size || against !== null || beside !== null)) wrong.push(speak`A screen sets every node itself: leave out set, then, against and beside.`);
    return wrong.length ? {asked: none(), wrong} : {asked, wrong}; // part of a question is another question
  }
  /** Sets a node as a text says, NODE=VALUE or as in the IRI of a run NODE:VALUE; else what is wrong with the text. @param {Settings} values @param {string} text @returns {string[]} */
  function set(values, text) {
    const at = text.includes('=') ? text.indexOf('=') : text.lastIndexOf(':'), [key, one] = [text.slice(0, at), text.slice(at + 1)], node = named(key);
    if (at < 0) return [speak`“${text}” sets nothing: it should be NODE=VALUE.`];
    if (typeof node === 'string') return [node];
    if ((values.get(node) ?? one) !== one) return [speak`${label(node)} is set twice: to ${values.get(node) ?? ''} and to ${one}.`];
    try {
      load().nets[0].rank(node, one);
    } catch (error) {
      if (!(error instanceof Impossible)) throw error;
      return [`${label(node)}: ${error.message}.`];
    }
    values.set(node, one);
    return [];
  }
  /** @param {URLSearchParams} hash @param {Asked} asked */
  function write(hash, {condition, values, then, reading, assume, against, screen, beside}) {
    const {conditions, readings, assumptions} = data();
    if (condition >= 0) hash.set('in', conditions[condition][0]);
    for (const [key, some] of /** @type {[string, Settings][]} */ ([['set', values], ['then', then]]))
      for (const [node, one] of some) hash.append(key, `${scene.nodes[node].key}=${one}`);
    if (reading >= 0) hash.set('reading', readings[reading].key);
    for (const one of assume) hash.append('assume', assumptions[one][0]);
    if (against !== null) hash.set('against', called(against));
    if (screen) hash.set('screen', screen);
    else if (beside) hash.set('beside', '1');
  }
  return {none, sets, posed, title, sides, against, command, read, write};
}
