// The fields of a record of the notation, made from the table of its keys: what each may hold decides how it is asked for. A change is
// one edit of the text.
'use strict';

/** Keys whose texts may be long. */
const LONG = new Set(['summary', 'says', 'because', 'note', 'caption', 'plain', 'question', 'answer', 'interest']);

/** Keys that are asked for at once; others that are not stated are folded away. */
const USUAL = new Set(['title', 'summary', 'term', 'name', 'kind', 'in', 'requires', 'evidence', 'source', 'anchor', 'says', 'claim', 'hedge', 'taxon', 'doi', 'read', 'set', 'about']);

/** @param {Bench} bench @param {() => any} content what the text says @param {(focus?: string) => Promise<void>} renew */
function fields(bench, content, renew) {
  /** Where a field is in the text, as one word. @param {Path} path */
  const mark = path => JSON.stringify(path);
  /** @param {Path} path @param {any} value */
  async function set(path, value) {
    if (await bench.edit('set', {path, value})) await renew();
  }
  /** A field that sets a value when it is changed. @param {Path} path @param {string} value @param {HTMLElement} control @param {() => any} [read] */
  function bound(path, value, control, read) {
    const field = /** @type {HTMLInputElement} */ (control);
    field.dataset.path = mark(path);
    field.value = value;
    field.addEventListener('change', () => {
      const said = read ? read() : field.value.trim();
      set(path, said === '' ? null : said);
    });
    return field;
  }
  /** @param {string[][]} options @param {string} value what is chosen, which may be no option yet */
  function choice(options, value) {
    const all = options.some(([one]) => one === value) ? options : [...options, [value, value]];
    const select = /** @type {HTMLSelectElement} */ (make('select', {}, all.map(([one, name]) => make('option', {value: one ?? ''}, name ?? ''))));
    select.value = value;
    return select;
  }
  /** What nodes, sources ... there are, by their labels. @param {string} of @returns {string[][]} */
  function named(of) {
    const said = content();
    if (of === 'node') return byName(bench.said.holds.nodes).concat(Object.keys(said.nodes ?? {}).filter(key => !bench.said.holds.nodes.some(one => one.key === key)).map(key => [key, key]));
    return Object.entries(said[`${of}s`] ?? {}).map(([key, one]) => [key, /** @type {any} */ (one)?.title || /** @type {any} */ (one)?.name || key]);
  }
  /** @param {KnownKey} row @param {Path} path @param {any} value */
  function control(row, path, value) {
    const [form = '', of = ''] = row.form.split(/:(.*)/s), said = value === undefined ? '' : String(value), empty = [['', row.required ? 'choose' : 'not stated']];
    if (form === 'choice') return bound(path, said, choice([...empty, ...of.split('|').map(one => [one, one])], said));
    if (form === 'yesno') return bound(path, said, choice([...empty, ...['yes', 'no', ...of.split('|').filter(Boolean)].map(one => [one, one])], said));
    if (form === 'key' && of) return bound(path, said, choice([...empty, ...named(of)], said));
    if (form === 'term') return term(path, said);
    if (form === 'span') return spanned(path, value);
    if (LONG.has(row.key)) return bound(path, said, make('textarea', {rows: '3'}));
    return bound(path, said, make('input', {type: 'text'}));
  }
  /** The first character and the one behind the last. @param {Path} path @param {any} value */
  function spanned(path, value) {
    const field = /** @type {HTMLInputElement} */ (make('input', {type: 'text', inputmode: 'numeric', placeholder: 'first, last + 1'}));
    return bound(path, [value ?? []].flat().join(', '), field, () => field.value.match(/\d+/g) ?? '');
  }
  /** A term, with names of the terms offered while it is typed. @param {Path} path @param {string} value */
  function term(path, value) {
    const id = `terms-${mark(path).replace(/\W+/g, '-')}`, list = make('datalist', {id}), field = bound(path, value, make('input', {type: 'text', list: id, placeholder: 'a name, or ID ! label'}));
    field.addEventListener('input', async () => {
      const found = await bench.core.ask('names', {phrases: [field.value], terms: true});
      list.replaceChildren(...found.filter(one => one.apply.includes(' ! ')).map(one => make('option', {value: one.apply.replace(/^"|"$/g, '')}, `${one.label}, ${one.detail}`)));
    });
    return make('span', {}, field, list);
  }
  /** The sentence of an edge as three fields. @param {Path} path @param {string} value */
  function sentence(path, value) {
    const words = value.split(/\s+/), edges = bench.said.holds.edges.map(one => [one.name, `step: ${one.words}`]);
    const parts = [
      choice([...named('node')], words[0] ?? ''), choice((bench.words?.verbs ?? []).map(({verb, phrase}) => [verb, phrase]), words[1] ?? ''),
      choice([...named('node'), ...edges], words[2] ?? ''), choice([['', 'nothing'], ...named('node')], words[4] ?? '')];
    const read = () => {
      const [subject, verb, object, other] = parts.map(one => /** @type {HTMLSelectElement} */ (one).value);
      return `${subject} ${verb} ${object}${other && verb === 'protects' ? ` from ${other}` : ''}`;
    };
    parts.forEach((part, n) => {
      part.dataset.path = mark([...path, n]);
      part.addEventListener('change', () => set(path, read()));
    });
    const titles = ['Subject', 'Verb', 'Object', 'from'];
    return make('div', {class: 'said'}, parts.map((part, n) => n < 3 || words[1] === 'protects' ? make('label', {}, titles[n] ?? '', part) : ''));
  }
  /** A row of buttons that change the order. @param {Path} path @param {string} name @param {number} n @param {number} of */
  function order(path, name, n, of) {
    /** @param {number} by */
    const move = async by => {
      const last = path.at(-1), there = typeof last === 'number' ? [...path.slice(0, -1), last + by] : path;
      if (await bench.edit('move', {path, by})) await renew(mark([...there, by < 0 ? 'up' : 'down']));
    };
    return [
      make('button', {type: 'button', class: 'small', 'aria-label': `Move up: ${name}`, disabled: n === 0, 'data-path': mark([...path, 'up']), onclick: () => move(-1)}, '↑'),
      make('button', {type: 'button', class: 'small', 'aria-label': `Move down: ${name}`, disabled: n === of - 1, 'data-path': mark([...path, 'down']), onclick: () => move(1)}, '↓'),
      make('button', {type: 'button', class: 'small', 'aria-label': `Delete: ${name}`, onclick: () => set(path, null)}, 'Delete')];
  }
  /** Nodes and their values. @param {KnownKey} row @param {Path} path @param {any} value */
  function values(row, path, value) {
    const used = Object.keys(value ?? {}), free = named('node').filter(([key]) => !used.includes(key ?? '')), nodes = row.form === 'values';
    const fresh = nodes ? choice([['', 'one more node'], ...free], '') : make('input', {type: 'text', placeholder: 'one more kind'});
    fresh.addEventListener('change', () => { if (/** @type {any} */ (fresh).value) set([...path, /** @type {any} */ (fresh).value], nodes ? 'present' : 'as the source says'); });
    return group(row.key, row.meaning, [...used.map(key => make('label', {}, key, bound([...path, key], value[key], make('input', {type: 'text'})))), make('label', {}, 'Add', fresh)]);
  }
  /** @param {string} title @param {string} meaning @param {(Node | string)[]} inside */
  const group = (title, meaning, inside) => make('fieldset', {}, make('legend', {}, title), make('small', {class: 'note'}, meaning), ...inside);
  /** What stands for one item of a list when it is added. @param {string} of */
  const fresh = of => of === 'evidence' ? {claim: 'finding'} : of === 'requirement' ? named('node')[0]?.[0] ?? '' : of === 'term' ? 'none' : '';
  /** All fields of a record. @param {string} record @param {Path} path @param {any} value @param {(row: KnownKey) => boolean} [some] @returns {HTMLElement[]} */
  function all(record, path, value, some = () => true) {
    const rows = (bench.words?.records[record] ?? []).filter(some), first = rows.filter(row => row.required || USUAL.has(row.key) || value?.[row.key] !== undefined);
    const more = every(rows.filter(row => !first.includes(row)), path, value);
    return [...every(first, path, value), ...more.length ? [make('details', {}, make('summary', {}, 'More fields'), more)] : []];
  }
  /** @param {KnownKey[]} rows @param {Path} path @param {any} value @returns {HTMLElement[]} */
  function every(rows, path, value) {
    return rows.flatMap(row => {
      const here = [...path, row.key], held = value?.[row.key], [form = '', of = ''] = row.form.split(/:(.*)/s);
      if (form === 'sentence') return [group('sentence', '', [sentence(here, held ?? '')])];
      if (form === 'values') return [values(row, here, held)];
      if (form === 'record') return [group(row.key, row.meaning, held === undefined ? [adding(row.key, () => set(here, {claim: 'inference', complete: 'unstated'}))] : [...all(of, here, held), ...order(here, row.key, 0, 1).slice(2)])];
      if (form === 'list') {
        const items = [held ?? []].flat(), inner = bench.words?.records[of];
        return [group(row.key, row.meaning, [
          ...items.flatMap((item, n) => inner ? [group(`${of} ${n + 1}`, '', [...all(of, [...here, n], item), ...order([...here, n], `${of} ${n + 1}`, n, items.length)])] :
            [make('label', {}, `${row.key} ${n + 1}`, control({...row, form: of}, [...here, n], item))]),
          adding(row.key, () => set([...here, items.length], fresh(of)))])];
      }
      if (['map', 'rows', 'names'].includes(form)) return [];
      return [make('label', {}, row.key + (row.required ? ' (required)' : ''), control(row, here, held), make('small', {}, row.meaning))];
    });
  }
  /** @param {string} what @param {() => void} onclick */
  const adding = (what, onclick) => make('button', {type: 'button', class: 'small', onclick}, `Add ${what}`);
  return {all, order, set};
}
