// The reader's own numbers on the nodes: a table of two columns, pasted, opened or dropped. It never leaves the page, and
// no link holds it.
'use strict';

/**
 * The rows of a table of names and numbers, and what is wrong with the others, by line. Columns are separated by tabs,
 * semicolons or commas: whichever stands in most lines. A first line without a number is a heading.
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
  let heading = '', first = true;
  lines.forEach((line, n) => {
    if (!line.trim()) return;
    const isFirst = first;
    /** @param {string} what */
    const amiss = what => { wrong.push({line: n + 1, what}); };
    first = false;
    const fields = cells(line, mark);
    if (!fields) return amiss(speak`a quotation mark is not closed`);
    while (fields.length > 2 && !fields.at(-1)) fields.pop();
    const [name, number = ''] = fields;
    const plain = number.replace('\u2212', '-');
    const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) && Number.isFinite(+plain);
    if (isFirst && fields.length > 1 && !fields.slice(1).some(f => /^[+-]?[\d.,]+(e[+-]?\d+)?$/i.test(f.replace('\u2212', '-'))) && /\p{L}/u.test(number) && !/^(na|n\/a|nan|null|[+-]?inf(inity)?)$/i.test(number)) {
      heading = fields.slice(0, 2).join(', ');
      return;
    }
    if (fields.length < 2) return amiss(speak`one column only; a tab, a semicolon or a comma has to stand before the number`);
    if (fields.length > 2) return amiss(speak`${fields.length} columns; keep two, a name and a number`);
    if (!name) return amiss(speak`no name before the number`);
    if (/^[+-]?\d+,\d+$/.test(plain)) return amiss(speak`“${number}” has a comma; write ${plain.replace(',', '.')}`);
    if (!isNumber) return amiss(number ? speak`“${number}” is no number` : speak`no number`);
    rows.push({line: n + 1, name, number: +plain, text: number});
  });
  return {rows, wrong, heading};
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
    if (!nodes.length) unmatched.push({line: row.line, what: speak`“${row.name}” is no node here`});
    if (nodes.length > 1) notes.push({line: row.line, what: speak`“${row.name}” names ${nodes.length} nodes: ${nodes.map(label).join(', ')}`});
    for (const node of nodes) {
      const earlier = numbers.get(node);
      if (earlier) notes.push({line: row.line, what: speak`“${row.name}” (${row.text}) names ${label(node)} again; line ${earlier.line} (${earlier.text}) is shown`});
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
  /** The row of each node. @type {Map<number, Row>} */
  let numbers = new Map;
  /** @type {ReturnType<typeof nodesByName> | undefined} */
  let known;
  /** Five colours from the lowest to the highest number, and one for nodes without. @type {string[]} */
  let colours = [];
  let middle = 0, reach = 1;

  /** @param {string} text */
  function colour(text) {
    if (text.length > MOST) return refuse(speak`The table is too large: at most five million characters.`);
    if (text.includes('\0')) return refuse(speak`This is no text. Save the table as tab-separated or comma-separated values.`);
    const {rows, wrong, heading} = readTable(text);
    known ??= nodesByName(scene.names);
    const {used, unmatched, notes, ...found} = matched(rows, known, page.label);
    numbers = found.numbers;
    scale();
    const nodes = numbers.size === 1 ? speak`${1} node` : speak`${numbers.size} nodes`;
    $('coloured').textContent = !rows.length && !wrong.length ? speak`The table is empty.` :
      speak`${nodes} coloured by ${used} of ${rows.length === 1 ? speak`${1} row` : speak`${rows.length} rows`}.` +
        (heading ? ` ${speak`The first line was read as a heading: ${heading}.`}` : '');
    /** @type {(title: string, some: Complaint[]) => HTMLElement[]} */
    const part = (title, some) => some.length ? [
      make('h3', {}, `${title} (${some.length})`),
      make('ul', {class: 'plain'}, some.slice(0, LISTED).map(one => make('li', {}, make('span', {class: 'meta'}, speak`line ${one.line}:`, ' '), one.what)),
        some.length > LISTED ? make('li', {}, speak`and ${some.length - LISTED} more`) : '')] : [];
    $('complaints').replaceChildren(
      ...part(speak`Lines that could not be read`, wrong), ...part(speak`Names that no node here has`, unmatched), ...part(speak`Rows to look at`, notes));
    page.show(false);
  }
  /** @param {string} why */
  function refuse(why) {
    numbers = new Map;
    $('coloured').textContent = why;
    $('complaints').replaceChildren();
    page.show(false);
  }
  function scale() { // the same distance to both sides of the middle
    middle = Number.isFinite(parseFloat($('middle').value)) ? parseFloat($('middle').value) : 0;
    reach = Math.max(...[...numbers.values()].map(row => Math.abs(row.number - middle)), 0) || 1;
  }
  /** @param {Row} row */
  const rgb = row => mixed(colours, ((row.number - middle) / reach + 1) / 2);
  /** The colour of a box; "" for its usual one. @param {number} node */
  function fill(node) {
    const row = numbers.get(node);
    return row ? `rgb(${rgb(row).join()})` : numbers.size ? colours[5] : '';
  }
  /** The colour of its label; "" for the usual one. @param {number} node */
  function ink(node) {
    const row = numbers.get(node);
    return row ? inkOn(rgb(row)) : '';
  }

  function show() {
    const style = getComputedStyle(document.documentElement), drawn = numbers.size > 0 && scene.drawn;
    colours = [...Array.from({length: 5}, (_, n) => `--scale-${n}`), '--panel'].map(name => style.getPropertyValue(name).trim());
    $('scale').hidden = !drawn;
    if (drawn) $('bar').hidden = false;
    $('uncolour').hidden = !numbers.size;
    [middle - reach, middle, middle + reach].forEach((number, k) => { $(`scale-at-${k}`).textContent = short(number); });
    $('values').append(...[...numbers].map(([node, row]) => make('li', {}, speak`${page.label(node)}: your number ${row.text}`)));
  }
  /** @param {HTMLElement} article @param {Part} what */
  function card(article, what) {
    article.querySelector('.yours')?.remove();
    const row = what[0] === 'n' && numbers.get(+what.slice(1));
    if (row) article.querySelector('.chips')?.after(make('p', {class: 'yours'}, speak`Your number:`, ' ', make('strong', {}, row.text), make('span', {class: 'meta'}, ' ', speak`(line ${row.line}, “${row.name}”)`)));
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
  const title = () => numbers.size ? speak`Coloured by the reader’s own numbers` : '';
  /** The number of a node, short; "" for none. @param {number} node */
  function number(node) {
    const row = numbers.get(node);
    return row ? short(row.number) : '';
  }
  return {title, number, show, card, fill, ink};
}
