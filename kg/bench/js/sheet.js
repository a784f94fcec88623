// The form: the same document for people who never want to see YAML. A list of what there is, in words; one of it opened, as fields.
'use strict';

/** @param {Bench} bench */
function sheet(bench) {
  const place = $('sheet');
  /** @type {any} */
  let said = {};
  /** What is open: a part of the mechanism and a step in it. @type {Path | null} */
  let open = null;
  let shown = false;
  const {all, order, set} = fields(bench, () => said, renew);
  const PARTS = /** @type {const} */ ([
    ['edges', 'edge', 'Sentences', 'sentence'], ['nodes', 'node', 'Nodes', 'node'], ['sources', 'source', 'Sources', 'source'], ['places', 'place', 'Places', 'place'],
    ['conditions', 'condition', 'Conditions', 'condition'], ['expectations', 'expectation', 'Expectations', 'expectation'], ['notes', 'note', 'Notes', 'note']]);

  /** @param {string} key */
  const label = key => bench.said.holds.nodes.find(one => one.key === key)?.label ?? key;
  /** An entry in words. @param {string} record @param {string | number} step @param {any} value */
  function words(record, step, value) {
    if (record === 'edge') {
      const [subject = '', verb, object = '', ...rest] = String(value?.edge ?? '').split(/\s+/), phrase = bench.words?.verbs.find(one => one.verb === verb)?.phrase ?? verb;
      return [label(subject), phrase, label(object), ...rest.map(label)].join(' ').trim() || 'an empty sentence';
    }
    if (record === 'node') return label(String(step));
    return String(value?.title || value?.name || value?.expect || value?.note || step);
  }
  /** Shows the text as it is now; what has the focus keeps it. @param {string} [focus] */
  async function renew(focus) {
    if (!shown) return;
    const found = await bench.core.ask('content', {text: bench.text()}), before = focus ?? /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.path, top = place.scrollTop;
    if (found.error) return void place.replaceChildren(make('p', {class: 'note'}, `The form needs a text that can be read: ${found.error}.`));
    said = found.said;
    const inside = open ? entry(open) : null;
    place.replaceChildren(...inside ?? list());
    place.scrollTop = top;
    if (before) /** @type {HTMLElement[]} */ ([...place.querySelectorAll('[data-path]')]).find(one => one.dataset.path === before)?.focus();
  }
  /** @param {Path | null} path */
  async function show(path) {
    open = path;
    await renew();
    place.scrollTop = 0;
    /** @type {HTMLElement | null} */ (place.querySelector('h3'))?.focus();
  }
  /** @param {string} text */
  const heading = text => make('h3', {tabindex: '-1'}, text);
  function list() {
    const about = [heading('About the mechanism'), ...all('mechanism', [], said, row => !/^(list|map|rows)/.test(row.form))];
    return [...PARTS.flatMap(([part, record, title, noun]) => {
      const held = said[part] ?? (['edges', 'expectations', 'notes'].includes(part) ? [] : {}), entries = Object.entries(held);
      return [heading(title), make('ul', {class: 'entries'}, entries.map(([step, value], n) => {
        const path = [part, Array.isArray(held) ? Number(step) : step], name = words(record, step, value);
        return make('li', {}, make('button', {type: 'button', onclick: () => { show(path); }}, name), ...order(path, name, n, entries.length));
      })), ...adding(part, record, noun, entries.length)];
    }), ...about];
  }
  /** What adds an entry; one of a mapping needs a key. @param {string} part @param {string} record @param {string} noun @param {number} n */
  function adding(part, record, noun, n) {
    /** @param {Path} path @param {any} value */
    const add = async (path, value) => {
      if (!await bench.edit('set', {path, value})) return;
      await show(path);
      bench.tell(`Added: ${words(record, String(path[1]), value)}.`);
    };
    const nodes = Object.keys(said.nodes ?? {});
    if (record === 'edge') return [make('button', {type: 'button', class: 'small', disabled: nodes.length < 1, onclick: () => { add([part, n], {edge: `${nodes[0]} activates ${nodes[1] ?? nodes[0]}`, evidence: [{claim: 'finding'}]}); }}, 'Add a sentence')];
    if (record === 'note') return [make('button', {type: 'button', class: 'small', onclick: () => { add([part, n], {note: 'What there is to say'}); }}, 'Add a note')];
    const conditions = Object.keys(said.conditions ?? {});
    if (record === 'expectation') return [make('button', {type: 'button', class: 'small', disabled: !conditions.length, onclick: () => { add([part, n], {given: conditions[0], expect: `${nodes[0]} is present`, evidence: [{claim: 'finding'}]}); }}, 'Add an expectation')];
    const field = /** @type {HTMLInputElement} */ (make('input', {type: 'text', spellcheck: 'false', autocapitalize: 'off'}));
    const make_ = async () => {
      const name = field.value.trim(), key = name.normalize('NFKD').replace(/[^A-Za-z0-9_.+-]+/g, '_').replace(/^[_.+-]+|_+$/g, '');
      if (!key || said[part]?.[key] !== undefined) return bench.tell(key ? `There is a ${noun} called ${key}.` : `Write a name for the ${noun} first.`);
      const named = key === name ? {} : {name};
      await add([part, key], record === 'node' ? {term: 'none', ...named} : record === 'place' ? {term: '', ...named} : record === 'source' ? {kind: 'journal article', title: name, read: 'full'} : {set: {}, title: name});
    };
    field.addEventListener('keydown', event => { if (event.key === 'Enter') make_(); });
    return [make('label', {}, `A new ${noun}, its name`, field), make('button', {type: 'button', class: 'small', onclick: () => { make_(); }}, `Add the ${noun}`)];
  }
  /** One entry as fields; null if it is gone. @param {Path} path */
  function entry(path) {
    const [first, step = ''] = path, part = String(first), row = PARTS.find(one => one[0] === part), value = said[part]?.[step];
    if (!row || value === undefined) return void (open = null);
    const back = make('button', {type: 'button', class: 'small', onclick: () => { show(null); }}, 'Back to the list');
    const rename = typeof step === 'string' && ['node', 'place', 'source', 'condition'].includes(row[1]) ? [renaming(row[1], part, step)] : [];
    return [back, heading(words(row[1], step, value)), ...rename, ...all(row[1], path, value),
      make('div', {class: 'go'}, make('button', {type: 'button', class: 'small', onclick: async () => { open = null; await set(path, null); }}, `Delete this ${row[3]}`))];
  }
  /** @param {string} of @param {string} part @param {string} old */
  function renaming(of, part, old) {
    const field = /** @type {HTMLInputElement} */ (make('input', {type: 'text', spellcheck: 'false'}));
    field.value = old;
    field.addEventListener('change', async () => { if (await bench.edit('rename', {of, old, new: field.value.trim()})) await show([part, field.value.trim()]); });
    return make('label', {}, 'key', field, make('small', {}, 'its name in the text; a change is made everywhere'));
  }
  /** @param {boolean} form */
  function view(form) {
    shown = form;
    $('editor').hidden = form;
    place.hidden = !form;
    $('as-form').setAttribute('aria-pressed', String(form));
    $('as-text').setAttribute('aria-pressed', String(!form));
    if (form) show(open);
    else bench.view.focus();
  }
  $('as-form').addEventListener('click', () => view(true));
  $('as-text').addEventListener('click', () => view(false));
  bench.hear(() => place.contains(document.activeElement) ? undefined : renew()); // a field that is being filled in shows it itself
}
