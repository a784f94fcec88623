// The reader's own numbers on the nodes: a table of names and one or more columns of numbers, pasted, opened or dropped. It
// never leaves the page, and no link holds it.
'use strict';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, NONE = /^(na|n\/a|nan|null|-|)$/i;

/**
 * The rows of a table of names and numbers, and what is wrong with the others, by line. Fields are separated by tabs,
 * semicolons or commas: whichever stands in most lines. A first line without a number is a heading, and so is one whose
 * first field is empty or says what the names are. Of several columns of numbers some may be missing in a row.
 * @param {string} text
 */
function readTable(text) {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/), full = lines.filter(line => line.trim());
  const uses = ['\t', ';', ','].map(mark => full.filter(line => line.includes(mark)).length);
  const mark = ['\t', ';', ','][uses.indexOf(Math.max(...uses))];
  /** @type {Row[]} */
  const rows = [];
  /** @type {Complaint[]} */
  const wrong = [];
  const each = lines.flatMap((line, n) => line.trim() ? [{line: n + 1, fields: cells(line, mark)}] : []);
  const usual = mostly(each.flatMap(({fields}) => fields && fields.length > 1 ? [fields.length] : []));
  const first = each[0]?.fields ?? [], heading = isHeading(first) ? first.slice(0, Math.max(2, filled(first))) : [];
  if (heading.length > 1 && heading.length === usual - 1 && mark !== ',') heading.unshift(''); // nothing stands over the names
  /** As many as the heading has; else as most lines have, without those at the end that are empty in all of them. */
  const width = heading.length || each.reduce((most, {fields}) => fields?.length === usual ? Math.max(most, filled(fields)) : most, 2);
  each.forEach(({line, fields}, n) => {
    /** @param {string} what */
    const amiss = what => { wrong.push({line, what}); };
    if (!fields) return amiss(speak`a quotation mark is not closed`);
    if (!n && heading.length) return;
    if (fields.length < 2) return amiss(speak`only one column; put a tab, a semicolon or a comma before the number`);
    if (filled(fields) > width || fields.length < width) return amiss(heading.length ? speak`${fields.length} columns; the heading has ${width}` : speak`${fields.length} columns; most lines have ${width}`);
    const [name, ...texts] = fields.slice(0, width), plain = texts.map(text => text.replace('\u2212', '-'));
    const column = (/** @type {number} */ k) => width > 2 ? `${speak`column ${k + 2}`}${heading[k + 1] ? ` (${heading[k + 1]})` : ''}: ` : '';
    if (!name) return amiss(speak`no name before the number`);
    const comma = plain.findIndex(one => /^[+-]?\d+,\d+$/.test(one));
    if (comma >= 0) return amiss(column(comma) + speak`“${texts[comma]}” has a comma; write ${plain[comma].replace(',', '.')}`);
    const odd = plain.findIndex(one => !(width > 2 && NONE.test(one)) && !(NUMBER.test(one) && Number.isFinite(+one)));
    if (odd >= 0) return amiss(texts[odd] ? column(odd) + speak`“${texts[odd]}” is not a number` : speak`no number`);
    if (plain.every(one => NONE.test(one))) return amiss(speak`no number`);
    rows.push({line, name, numbers: plain.map(one => NONE.test(one) ? null : +one), texts});
  });
  const columns = Array.from({length: width - 1}, (_, k) => heading[k + 1] || (width > 2 ? speak`column ${k + 2}` : ''));
  return {rows, wrong, heading: heading.filter(Boolean).join(', '), columns};
}
/** How many fields of a line count: without the last ones that are empty. @param {string[]} fields */
const filled = fields => fields.findLastIndex(field => field) + 1;
/** The number that is there most often; of several the first. @param {number[]} some */
function mostly(some) {
  /** @type {Map<number, number>} */
  const counts = new Map;
  for (const one of some) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].reduce((best, one) => one[1] > best[1] ? one : best, [0, 0])[0];
}
/** Whether a first line says what stands below it. @param {string[]} fields */
function isHeading([name, ...others]) {
  if (!others.length) return false;
  if (others.length > 1 && /^(|gene|gene.?(name|symbol|id)|symbol|name|node|protein|id|identifier)$/i.test(name)) return true;
  return !others.some(one => /^[+-]?[\d.,]+(e[+-]?\d+)?$/i.test(one.replace('\u2212', '-'))) && /\p{L}/u.test(others[0]) && !/^(na|n\/a|nan|null|[+-]?inf(inity)?)$/i.test(others[0]);
}
/** The fields of a line; null for an open quotation. @param {string} line @param {string} mark */
function cells(line, mark) {
  const found = [];
  let at = 0;
  for (;;) {
    while (line[at] === ' ') at++;
    let field = '';
    if (line[at] === '"') {
      for (at++; ; at++) {
        if (at >= line.length) return null;
        if (line[at] !== '"') field += line[at];
        else if (line[at + 1] === '"') field += line[at++];
        else break;
      }
      at = line.indexOf(mark, at);
    } else {
      const end = line.indexOf(mark, at);
      field = line.slice(at, end < 0 ? undefined : end);
      at = end;
    }
    found.push(field.trim());
    if (at < 0) return found;
    at += mark.length;
  }
}

/** The nodes of each name, in each of its forms. @param {string[][]} names as the search has them @returns {Map<string, Set<number>>} */
function nodesByName(names) {
  const known = new Map;
  for (const [what, ...also] of names) if (what[0] === 'n')
    for (const form of new Set(also.flatMap(forms))) if (form) {
      if (!known.has(form)) known.set(form, new Set);
      known.get(form).add(+what.slice(1));
    }
  return known;
}

/**
 * The row of each node; the names that no node has; rows that name several nodes, or a node again: its first row counts.
 * @param {Row[]} rows
 * @param {Map<string, Set<number>>} known
 * @param {(node: number) => string} label
 */
function matched(rows, known, label) {
  /** @type {Map<number, Row>} */
  const numbers = new Map;
  /** @type {Complaint[]} */
  const unmatched = [];
  /** @type {Complaint[]} */
  const notes = [];
  const used = new Set;
  for (const row of rows) {
    const [exact, loose] = forms(row.name), nodes = [...known.get(exact) || known.get(loose) || []];
    if (!nodes.length) unmatched.push({line: row.line, what: speak`“${row.name}” is not a node here`});
    if (nodes.length > 1) notes.push({line: row.line, what: speak`“${row.name}” names ${nodes.length} nodes: ${nodes.map(label).join(', ')}`});
    for (const node of nodes) {
      const earlier = numbers.get(node);
      if (earlier) notes.push({line: row.line, what: speak`“${row.name}” (${row.texts.join(', ')}) names ${label(node)} again; line ${earlier.line} (${earlier.texts.join(', ')}) is shown`});
      else {
        numbers.set(node, row);
        used.add(row);
      }
    }
  }
  return {numbers, used: used.size, unmatched, notes};
}

/** A colour between the five of a scale, from its lowest number to its highest. @param {string[]} scale as #rrggbb @param {number} at from 0 to 1 */
function mixed(scale, at) {
  const low = Math.min(3, Math.floor(at * 4));
  const [a, b] = [scale[low], scale[low + 1]].map(hex => [1, 3, 5].map(k => parseInt(hex.slice(k, k + 2), 16)));
  return a.map((v, c) => Math.round(v + (b[c] - v) * (at * 4 - low)));
}
/** Black or white, whichever is easier to read on a colour. @param {number[]} rgb */
function inkOn(rgb) {
  const [r, g, b] = rgb.map(v => (v / 255) ** 2.2);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.2 ? '#10151d' : '#ffffff';
}
/** A number of the reader, short. @param {number} number */
const short = number => String(+number.toPrecision(3)).replace('-', '\u2212');

/** The panel, and what the page asks of it. @param {Page} page */
function overlay(page) {
  const {scene, state} = page;
  const MOST = 5e6, LISTED = 200; // characters of a table; complaints that are listed
  /** The row of each node, the names of the columns of numbers, and which is shown. @type {Map<number, Row>} */
  let rows = new Map;
  /** @type {string[]} */
  let columns = [];
  let column = 0;
  /** @type {ReturnType<typeof nodesByName> | undefined} */
  let known;
  /** Five colours from the lowest to the highest number. @type {string[]} */
  let colours = [];
  let middle = 0, reach = 1;

  /** @param {string} text */
  function colour(text) {
    if (text.length > MOST) return refuse(speak`The table is too large: at most five million characters.`);
    if (text.includes('\0')) return refuse(speak`This is not text. Save the table as tab-separated or comma-separated values.`);
    const read = readTable(text), {wrong, heading} = read;
    known ??= nodesByName(scene.names);
    const {used, unmatched, notes, numbers} = matched(read.rows, known, page.label);
    rows = numbers;
    columns = read.columns;
    column = 0;
    scale();
    const nodes = rows.size === 1 ? speak`${1} node` : speak`${rows.size} nodes`, all = read.rows.length;
    $('coloured').textContent = !all && !wrong.length ? speak`The table is empty.` :
      speak`${nodes} coloured by ${used} of ${all === 1 ? speak`${1} row` : speak`${all} rows`}.` +
        (heading ? ` ${speak`The first line was read as a heading: ${heading}.`}` : '') +
        (columns.length > 1 && rows.size ? ` ${speak`${columns.length} columns of numbers share one scale; step through them above the picture.`}` : '');
    /** @type {(title: string, some: Complaint[]) => HTMLElement[]} */
    const part = (title, some) => some.length ? [
      make('h3', {}, `${title} (${some.length})`),
      make('ul', {class: 'plain'}, some.slice(0, LISTED).map(one => make('li', {}, make('span', {class: 'meta'}, speak`line ${one.line}:`, ' '), one.what)),
        some.length > LISTED ? make('li', {}, speak`and ${some.length - LISTED} more`) : '')] : [];
    $('complaints').replaceChildren(
      ...part(speak`Lines that could not be read`, wrong), ...part(speak`Names that no node here has`, unmatched), ...part(speak`Rows to check`, notes));
    page.show(false);
  }
  /** @param {string} why */
  function refuse(why) {
    rows = new Map;
    columns = [];
    $('coloured').textContent = why;
    $('complaints').replaceChildren();
    page.show(false);
  }
  function scale() { // the same distance to both sides of the middle, and the same for all columns
    middle = Number.isFinite(parseFloat($('middle').value)) ? parseFloat($('middle').value) : 0;
    reach = 0;
    for (const row of rows.values()) for (const one of row.numbers) if (one !== null) reach = Math.max(reach, Math.abs(one - middle));
    reach ||= 1;
  }
  /** The number of a node in the column that is shown; null for none. @param {number} node */
  const at = node => rows.get(node)?.numbers[column] ?? null;
  /** @param {number} one */
  const rgb = one => mixed(colours, ((one - middle) / reach + 1) / 2);
  /** The colour of a box; "" for its usual one. @param {number} node */
  function fill(node) {
    const one = at(node);
    return one !== null ? `rgb(${rgb(one).join()})` : rows.size ? page.colour.panel : '';
  }
  /** The colour of its label; "" for the usual one. @param {number} node */
  function ink(node) {
    const one = at(node);
    return one !== null ? inkOn(rgb(one)) : '';
  }
  /** Another column, round and round. @param {number} to */
  function turn(to) {
    if (columns.length < 2 || !rows.size) return false;
    column = (to + columns.length) % columns.length;
    page.show(false);
    return true;
  }

  function show() {
    const style = getComputedStyle(document.documentElement), several = rows.size > 0 && columns.length > 1;
    colours = Array.from({length: 5}, (_, n) => style.getPropertyValue(`--scale-${n}`).trim());
    $('scale').hidden = !rows.size;
    if (rows.size) $('bar').hidden = false;
    $('uncolour').hidden = !rows.size;
    $('columns').hidden = !several;
    const shown = $('column');
    if ([...shown.options].map(one => one.text).join('\n') !== columns.join('\n')) shown.replaceChildren(...columns.map((name, n) => make('option', {value: n, translate: 'no'}, name)));
    shown.value = String(column);
    $('column-of').replaceChildren(several ? speak`${column + 1} of ${columns.length}, one scale` : make('span', {translate: 'no'}, columns[0] ?? ''));
    [middle - reach, middle, middle + reach].forEach((number, k) => { $(`scale-at-${k}`).textContent = short(number); });
    $('values').append(...[...rows].flatMap(([node, row]) => at(node) === null ? [] : [make('li', {}, several ? speak`${page.label(node)}: your number in ${columns[column]} ${row.texts[column]}` : speak`${page.label(node)}: your number ${row.texts[column]}`)]));
  }
  /** @param {HTMLElement} article @param {Part} what */
  function card(article, what) {
    article.querySelector('.yours')?.remove();
    const row = what[0] === 'n' && rows.get(+what.slice(1));
    if (!row) return;
    const each = row.texts.map((text, n) => [columns.length > 1 ? `${n ? '; ' : ''}${columns[n]} ` : '', make(n === column ? 'strong' : 'span', {}, row.numbers[n] === null ? speak('no number') : text)]);
    article.querySelector('.chips')?.after(make('p', {class: 'yours'}, columns.length > 1 ? speak`Your numbers:` : speak`Your number:`, ' ', ...each.flat(), make('span', {class: 'meta'}, ' ', speak`(line ${row.line}, “${row.name}”)`)));
  }

  /** @param {File} file */
  async function open(file) {
    if (file.size > MOST) return refuse(speak`The table is too large: at most five million characters.`);
    $('table').value = await file.text();
    colour($('table').value);
  }
  /** A file or a text that is dropped on the panel or the picture. @param {DragEvent} event */
  function take(event) {
    const file = event.dataTransfer?.files[0], text = event.dataTransfer?.getData('text/plain');
    if (!file && !text) return;
    event.preventDefault();
    state.tab = 'explore';
    if (file) open(file);
    else if (text) colour($('table').value = text);
  }
  $('colour').addEventListener('click', () => colour($('table').value));
  $('open-table').addEventListener('change', () => {
    const file = $('open-table').files?.[0];
    if (file) open(file);
  });
  $('middle').addEventListener('change', () => {
    scale();
    page.show(false);
  });
  $('uncolour').addEventListener('click', () => {
    refuse(speak`Removed.`);
    $('table').focus();
  });
  for (const place of [$('stage'), $('explore')]) {
    place.addEventListener('dragover', event => event.preventDefault());
    place.addEventListener('drop', take);
  }
  $('column').addEventListener('change', () => turn(+$('column').value));
  $('column-back').addEventListener('click', () => turn(column - 1));
  $('column-on').addEventListener('click', () => turn(column + 1));
  $('stage').addEventListener('keydown', event => {
    const by = {PageDown: 1, PageUp: -1}[event.key];
    if (by && !target(event).closest('select') && turn(column + by)) event.preventDefault();
  });
  const title = () => rows.size ? speak`Coloured by the reader’s own numbers` + (columns.length > 1 ? `: ${columns[column]}` : '') : '';
  /** The number of a node, short; "" for none. @param {number} node */
  function number(node) {
    const one = at(node);
    return one === null ? '' : short(one);
  }
  /** What was kept before the page of another language took the place of that one. @type {{text: string, middle: string, column: number} | null} */
  const kept = history.state?.numbers ?? null;
  function keep() {
    const numbers = rows.size ? {text: $('table').value, middle: $('middle').value, column} : null;
    try { history.replaceState({...history.state, numbers}, ''); } catch { /* a sandboxed frame has no history of its own */ }
  }
  function again() {
    if (!kept) return;
    $('middle').value = kept.middle;
    colour($('table').value = kept.text);
    turn(kept.column);
  }
  return {title, number, show, card, fill, ink, keep, again};
}
