// What if: the panel that sets nodes, and what the picture shows of a run. The answers are those of model.js. Text goes
// into the page as text only.
'use strict';

/** What a question sets: how it was asked, what follows, and what it is called. @typedef {{key: string, how: Asked, found: Answer, changed: Set<number>, title: string}} Current */
/** How a node looks in the picture. @typedef {{look: 'on' | 'off' | 'open' | 'split', text: string, changed: boolean, set: boolean}} Seen */

/** @param {Page} page */
function whatIf(page) {
  const {scene, state} = page, panel = $('whatif');
  const SHOWN = 30, ROWS = 40; // list items before "more"
  const SIGN = {on: '✓', off: '✕', open: '?', split: '≠'};
  /** @returns {Asked} */
  const none = () => ({condition: -1, values: new Map, reading: -1, assume: new Set});
  let asked = none(), more = SHOWN;
  /** @type {string[]} */
  let wrong = [];
  /** @type {Model | undefined} */
  let model;
  /** @type {Current | null} */
  let last = null;
  /** @type {Current | null} */
  let current = null;

  const load = () => model ??= new Model(JSON.parse($('network').textContent ?? ''));
  const data = () => load().data;
  const on = () => asked.condition >= 0 || asked.values.size > 0 || asked.reading >= 0 || asked.assume.size > 0;
  const assumed = () => [...asked.assume].sort((a, b) => a - b);
  const {look, value, item} = follows(page, load);
  const {compared, opposed} = comparison(page, load);
  const {names, named} = namesOf(page);

  // ---- what the picture shows: the stop's condition during the tour, else what was asked

  /** @returns {Current | null} */
  function answer() {
    const touring = state.tab === 'tour', stop = scene.stops[state.stop - 1];
    if (touring ? !stop || stop.condition < 0 : wrong.length || !on()) return null;
    const how = touring ? {...none(), condition: stop.condition} : asked;
    const key = JSON.stringify([how.condition, [...how.values], how.reading, [...how.assume]]);
    if (last && last.key === key) return last;
    const found = compared({...how, assume: [...how.assume].sort((a, b) => a - b)});
    return last = {key, how, found, changed: new Set(found.changed), title: title(how)};
  }
  /** What a question is compared with, in words. @param {Asked} how */
  const against = how => how.condition >= 0 && how.values.size ? `“${data().conditions[how.condition][1]}”` : 'the start';
  /** @param {Asked} how */
  function title(how) {
    const {conditions, readings, assumptions} = data(), parts = how.condition >= 0 ? [conditions[how.condition][1]] : [];
    for (const [node, one] of how.values) parts.push(`${page.label(node)} ${one}`);
    if (how.reading >= 0) parts.push(`reading: ${readings[how.reading].title}`);
    for (const one of how.assume) parts.push(`assumed: ${assumptions[one][1]}`);
    return parts.join(' · ') || 'nothing set';
  }

  /** How a node looks in the picture, or nothing. @param {number} node @returns {Seen | null} */
  function seen(node) {
    if (!current || state.tab === 'tour' && !page.light.chosen()?.nodes.has(node)) return null;
    const {found, changed} = current;
    if (found.disagree.has(node)) return {look: 'split', text: 'disagree', changed: true, set: false};
    return {look: look(node, found.after[node]), text: shown(found.after[node]), changed: changed.has(node), set: found.settings.has(node)};
  }
  /** The same with its mark: a sign, and a sign with words. @param {number} node */
  const marked = node => {
    const one = seen(node);
    return one && {...one, sign: SIGN[one.look], said: `${SIGN[one.look]} ${one.set ? 'set: ' : ''}${one.text}`};
  };
  /** What is absent is drawn as an outline. @param {number} node */
  const ghost = node => seen(node)?.look === 'off';
  /** Of a line: full if the step fires. @param {number} edge */
  function strength(edge) {
    if (!current || state.tab === 'tour' && !page.light.chosen()?.edges.has(edge)) return 1;
    const fires = current.found.fires(edge);
    if (fires === null && state.tab === 'tour') return 1; // it is not run, and the stop lights it all the same
    return fires === 1 ? 1 : fires === -1 ? 0.6 : 0.3;
  }

  // ---- the panel

  function results() {
    $('answer').hidden = $('outcome').hidden = !current;
    if (!current || state.tab === 'tour') return;
    const {found, how} = current, changed = found.changed.filter(node => !found.settings.has(node) || found.disagree.has(node));
    const outcomes = data().outcomes.filter(node => !found.settings.has(node));
    announce(found, changed, outcomes);
    if (state.tab !== 'runs') return;
    $('given').replaceChildren(...[...found.settings].flatMap(([node, one], n) => [n ? '; ' : '', page.label(node), ' ', make('strong', {}, one)]));
    $('command').textContent = command(how);
    $('against').textContent = `Outcomes, compared with ${against(how)}`;
    $('outcomes').replaceChildren(...outcomes.flatMap(node => [make('dt', {}, page.label(node)), make('dd', {},
      found.changed.includes(node) ? `${shown(found.before[node])} → ` : '', value(found, node),
      found.changed.includes(node) ? '' : make('span', {class: 'meta'}, ' unchanged'), ...meets(found, node))]));
    const listed = [...changed, ...outcomes.filter(node => !changed.includes(node))]; // an outcome that stays is explained, too
    $('follows').replaceChildren(...listed.slice(0, more).map(node => {
      const told = item(found, node);
      told.append(...meets(found, node));
      return told;
    }));
    $('more').hidden = listed.length <= more;
    $('more').textContent = `Show ${Math.min(SHOWN, listed.length - more)} more of ${listed.length}`;
  }
  /** @param {Answer} found @param {number} node */
  const meets = (found, node) => opposed(found, node).map(one => make('p', {class: 'meta opposed'}, one));
  /** What gives this answer outside of the page. @param {Asked} how */
  function command(how) {
    const {conditions, readings, assumptions} = data(), words = ['kg', 'whatif', scene.id];
    if (how.condition >= 0) words.push('--in', conditions[how.condition][0]);
    for (const [node, one] of how.values) words.push('--set', `${scene.nodes[node].key}=${one}`);
    if (how.reading >= 0) words.push('--reading', readings[how.reading].key);
    for (const one of how.assume) words.push('--assume', assumptions[one][0]);
    return words.map(word => /^[\w.=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  }
  /** To a reader who does not see the picture. @param {Answer} found @param {number[]} changed @param {number[]} outcomes */
  function announce(found, changed, outcomes) {
    const differ = found.disagree.size, said = outcomes.map(node => `${page.label(node)}: ${found.disagree.has(node) ? 'the readings disagree' : shown(found.after[node])}${found.changed.includes(node) && !found.disagree.has(node) ? `, was ${shown(found.before[node])}` : ''}`);
    const text = `${changed.length ? `${changed.length} node${changed.length > 1 ? 's' : ''} change${changed.length > 1 ? '' : 's'}` : 'Nothing changes'}` +
      `${differ ? `, ${differ} of them only in some readings` : ''}. ${said.slice(0, 4).join('. ')}${said.length ? '.' : ''}`;
    if ($('said').textContent !== text) $('said').textContent = text;
  }

  function rows() { // one choice for each node that was found; those that are set come first
    const wanted = $('set-find').value.trim().toLowerCase();
    /** @param {number} node */
    const fits = node => page.label(node).toLowerCase().includes(wanted) || !!names.get(node)?.some(one => one.toLowerCase().includes(wanted));
    const every = [...scene.nodes.keys()].filter(node => asked.values.has(node) || fits(node));
    every.sort((a, b) => +asked.values.has(b) - +asked.values.has(a) || a - b);
    $('set-rows').replaceChildren(...every.slice(0, ROWS).map(node => make('div', {class: 'set-row'}, ...chooser(node, `set-${node}`, page.label(node)))));
    $('set-more').textContent = every.length > ROWS ? `${every.length - ROWS} more: type a part of the name.` : every.length ? '' : 'No node is called that.';
  }
  /** @param {number} node @param {string} id @param {string} label */
  function chooser(node, id, label) {
    const options = ['', ...load().levels[node], 'unknown'].map(one => make('option', {value: one, selected: (asked.values.get(node) || '') === one}, one || 'as it follows'));
    const select = /** @type {HTMLSelectElement} */ (make('select', {id, onchange: () => {
      if (select.value) asked.values.set(node, select.value);
      else asked.values.delete(node);
      changed();
    }}, options));
    return [make('label', {for: id}, label), select];
  }
  function changed() { // the reader set something
    wrong = [];
    more = SHOWN;
    page.show(true);
  }

  /** @type {HTMLInputElement[]} */
  const radios = all('[name=reading]');
  /** @type {HTMLInputElement[]} */
  const boxes = all('[data-assume]');
  function controls() {
    for (const button of all('[data-condition]')) button.setAttribute('aria-pressed', String(Number(button.dataset.condition) === asked.condition));
    for (const radio of radios) radio.checked = +radio.value === asked.reading;
    for (const box of boxes) box.checked = asked.assume.has(Number(box.dataset.assume));
    $('set-count').textContent = asked.values.size ? `${asked.values.size} set` : '';
    $('unset').hidden = !on() && !wrong.length;
    $('wrong').replaceChildren(...wrong.length ? [make('p', {}, make('strong', {}, 'This link asks for what cannot be, so nothing was run.')), items(wrong.map(one => [one]))] : []);
    if (state.tab !== 'runs') return;
    for (const select of /** @type {HTMLSelectElement[]} */ (all('#set-rows select'))) select.value = asked.values.get(+select.id.slice(4)) || '';
    if ($('setting').open && !$('set-rows').children.length) rows();
  }

  function show() { // called whenever the page shows its state
    $('bar').hidden = true;
    $('values').replaceChildren();
    if (!panel) return;
    const now = current = answer();
    controls();
    results();
    $('running').hidden = !now || state.tab === 'tour'; // the stop itself says what is given
    $('bar').hidden = $('running').hidden;
    $('running-title').textContent = now ? now.title : '';
    if (now && scene.drawn) $('values').replaceChildren(...scene.nodes.flatMap((_, node) => {
      const one = seen(node);
      if (!one) return [];
      const also = one.set ? ', set' : one.changed && one.look !== 'split' ? `, changed from ${shown(now.found.before[node])}` : '';
      return [make('li', {}, `${page.label(node)}: ${one.look === 'split' ? 'the readings disagree' : one.text}${also}`)];
    }));
  }

  // ---- the address

  /** @param {URLSearchParams} hash */
  function read(hash) {
    asked = none();
    wrong = [];
    if (!panel || !['in', 'set', 'reading', 'assume'].some(key => hash.has(key))) return;
    const {conditions, readings, assumptions} = data();
    /** @type {(keys: string[], key: string, what: string) => number} */
    const find = (keys, key, what) => {
      const n = keys.indexOf(key);
      if (n < 0) wrong.push(`No ${what} is called “${key}”.`);
      return n;
    };
    /** @type {(key: string, what: string) => string | null} */
    const once = (key, what) => {
      if (hash.getAll(key).length > 1) wrong.push(`More than one ${what} is asked for.`);
      return hash.get(key);
    };
    const condition = once('in', 'condition'), reading = once('reading', 'reading');
    if (condition !== null) asked.condition = find(conditions.map(([key]) => key), condition, 'condition');
    if (reading !== null) asked.reading = find(readings.map(({key}) => key), reading, 'reading');
    for (const key of hash.getAll('assume')) asked.assume.add(find(assumptions.map(([key]) => key), key, 'assumption'));
    for (const text of hash.getAll('set')) { // NODE=VALUE, or as in the IRI of a run NODE:VALUE
      const at = text.includes('=') ? text.indexOf('=') : text.lastIndexOf(':'), [key, one] = [text.slice(0, at), text.slice(at + 1)], node = named(key);
      if (at < 0) wrong.push(`“${text}” sets nothing: it should be NODE=VALUE.`);
      else if (typeof node === 'string') wrong.push(node);
      else if (asked.values.has(node) && asked.values.get(node) !== one) wrong.push(`${page.label(node)} is set twice: to ${asked.values.get(node)} and to ${one}.`);
      else {
        try {
          load().nets[0].rank(node, one);
          asked.values.set(node, one);
        } catch (error) {
          if (!(error instanceof Impossible)) throw error;
          wrong.push(`${page.label(node)}: ${error.message}.`);
        }
      }
    }
    if (wrong.length) asked = none(); // part of a question is another question
  }
  /** @param {URLSearchParams} hash */
  function write(hash) {
    if (!on()) return;
    const {conditions, readings, assumptions} = data();
    if (asked.condition >= 0) hash.set('in', conditions[asked.condition][0]);
    for (const [node, one] of asked.values) hash.append('set', `${scene.nodes[node].key}=${one}`);
    if (asked.reading >= 0) hash.set('reading', readings[asked.reading].key);
    for (const one of asked.assume) hash.append('assume', assumptions[one][0]);
  }

  /** A node's card can set it. @param {HTMLElement} article @param {Part} what */
  function card(article, what) {
    if (!panel || what[0] !== 'n') return;
    const node = +what.slice(1);
    if (!$(`card-${node}`))
      article.querySelector('.chips')?.after(make('div', {class: 'set-row set-here'}, ...chooser(node, `card-${node}`, 'In a what-if, this is'), make('p', {class: 'meta'})));
    /** @type {HTMLSelectElement} */ ($(`card-${node}`)).value = asked.values.get(node) || '';
    const one = state.tab === 'tour' ? null : seen(node), by = current?.found.disagree.get(node);
    const where = current && against(current.how) !== 'the start' ? `in ${against(current.how)}` : 'at the start';
    /** @type {Element} */ (article.querySelector('.set-here p')).textContent = !one || !current ? '' : by ? `The readings disagree: ${by.map(shown).join(' | ')}.` :
      `Now: ${one.text}${one.set ? ', set' : one.changed ? `; ${where}: ${shown(current.found.before[node])}` : `, as ${where}`}.`;
  }

  // ---- wiring

  if (panel) {
    document.addEventListener('click', event => {
      const button = /** @type {HTMLElement | null} */ (target(event).closest('[data-condition],[data-try]'));
      if (!button) return;
      const {condition} = button.dataset;
      if (condition) asked.condition = asked.condition === +condition ? -1 : +condition;
      else {
        asked = {...none(), condition: Number(button.dataset.try)};
        state.tab = 'runs';
        state.pick = '';
      }
      changed();
    });
    for (const radio of radios) radio.addEventListener('change', () => {
      asked.reading = +radio.value;
      changed();
    });
    for (const box of boxes) box.addEventListener('change', () => {
      if (box.checked) asked.assume.add(Number(box.dataset.assume));
      else asked.assume.delete(Number(box.dataset.assume));
      changed();
    });
    /** @type {(focus: 'runs' | 'stage') => () => void} */
    const stop = focus => () => {
      asked = none();
      changed();
      $(focus).focus({preventScroll: true});
    };
    $('unset').addEventListener('click', stop('runs'));
    $('stop-run').addEventListener('click', stop('stage'));
    $('more').addEventListener('click', () => {
      const from = more;
      more += SHOWN;
      results();
      $('follows').children[from].querySelector('button')?.focus();
    });
    $('set-find').addEventListener('input', rows);
    $('setting').addEventListener('toggle', () => { // built anew at each opening, and never under the reader's hand
      if (!$('setting').open) $('set-rows').replaceChildren();
      else if (!$('set-rows').children.length) rows();
    });
    experiments(page, load, assumed, ({condition, values}) => {
      asked = {...none(), condition, values: new Map(values), assume: asked.assume};
      changed();
      $('answer').scrollIntoView({block: 'nearest'});
    });
  }
  const headline = () => current ? `What if: ${current.title}` : ''; // of what the picture shows
  return {title: headline, value: marked, show, read, write, card, ghost, strength, asked: () => !!panel && on()};
}
