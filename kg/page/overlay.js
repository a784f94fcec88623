// The reader's own numbers on the nodes: a table of two columns, pasted, opened or dropped. It never leaves the page, and
// no link holds it.
'use strict';

// The rows of a table of names and numbers, and what is wrong with the others, by line. Columns are separated by tabs,
// semicolons or commas: whichever stands in most lines. A first line without a number is a heading.
function readTable(text) {
  const rows = [], wrong = [], lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/);
  const full = lines.filter(line => line.trim());
  const uses = ['\t', ';', ','].map(mark => full.filter(line => line.includes(mark)).length);
  const mark = ['\t', ';', ','][uses.indexOf(Math.max(...uses))];
  let heading = '', first = true;
  lines.forEach((line, n) => {
    if (!line.trim()) return;
    const isFirst = first, say = what => wrong.push({line: n + 1, what});
    first = false;
    const fields = cells(line, mark);
    if (!fields) return say('a quotation mark is not closed');
    while (fields.length > 2 && !fields.at(-1)) fields.pop();
    const [name, number] = fields;
    const plain = (number || '').replace('\u2212', '-');
    const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) && Number.isFinite(+plain);
    if (isFirst && fields.length > 1 && !fields.slice(1).some(f => /^[+-]?[\d.,]+(e[+-]?\d+)?$/i.test(f.replace('\u2212', '-'))) && /\p{L}/u.test(number) && !/^(na|n\/a|nan|null|[+-]?inf(inity)?)$/i.test(number)) {
      heading = fields.slice(0, 2).join(', ');
      return;
    }
    if (fields.length < 2) return say('one column only; a tab, a semicolon or a comma has to stand before the number');
    if (fields.length > 2) return say(`${fields.length} columns; keep two, a name and a number`);
    if (!name) return say('no name before the number');
    if (/^[+-]?\d+,\d+$/.test(plain)) return say(`“${number}” has a comma; write ${plain.replace(',', '.')}`);
    if (!isNumber) return say(number ? `“${number}” is no number` : 'no number');
    rows.push({line: n + 1, name, number: +plain, text: number});
  });
  return {rows, wrong, heading};
}
function cells(line, mark) { // the fields of a line; null for an open quotation
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

// page: {scene, state, label(node), forms(text), show()}; returns what explorer.js asks of it.
function overlay(page) {
  const $ = id => document.getElementById(id), {scene, state} = page;
  const MOST = 5e6, LISTED = 200; // characters of a table; complaints that are listed
  let numbers = new Map, known, colours = [], middle = 0, reach = 1; // node -> row

  function index() { // every name of every node, as the search has them
    if (known) return known;
    known = new Map;
    for (const [what, ...names] of scene.names) if (what[0] === 'n')
      for (const form of new Set(names.flatMap(page.forms))) if (form) {
        if (!known.has(form)) known.set(form, new Set);
        known.get(form).add(+what.slice(1));
      }
    return known;
  }

  function colour(text) {
    if (text.length > MOST) return refuse('The table is too large: at most five million characters.');
    if (text.includes('\0')) return refuse('This is no text. Save the table as tab-separated or comma-separated values.');
    const {rows, wrong, heading} = readTable(text), unmatched = [], notes = [];
    let used = 0;
    numbers = new Map;
    for (const row of rows) {
      const before = numbers.size;
      const [exact, loose] = page.forms(row.name), nodes = [...index().get(exact) || index().get(loose) || []];
      if (!nodes.length) unmatched.push({line: row.line, what: `“${row.name}” is no node here`});
      if (nodes.length > 1) notes.push({line: row.line, what: `“${row.name}” names ${nodes.length} nodes: ${nodes.map(page.label).join(', ')}`});
      for (const node of nodes) {
        if (!numbers.has(node)) numbers.set(node, row);
        else notes.push({line: row.line, what: `“${row.name}” (${row.text}) names ${page.label(node)} again; line ${numbers.get(node).line} (${numbers.get(node).text}) is shown`});
      }
      used += numbers.size > before;
    }
    scale();
    const count = (n, what) => `${n} ${what}${n === 1 ? '' : 's'}`;
    $('coloured').textContent = !rows.length && !wrong.length ? 'The table is empty.' :
      `${count(numbers.size, 'node')} coloured by ${used} of ${count(rows.length, 'row')}.${heading ? ` The first line was read as a heading: ${heading}.` : ''}`;
    const parts = [['Lines that could not be read', wrong], ['Names that no node here has', unmatched], ['Rows to look at', notes]];
    $('complaints').replaceChildren(...parts.filter(([, some]) => some.length).flatMap(([title, some]) => [
      make('h3', {}, `${title} (${some.length})`),
      make('ul', {class: 'plain'}, some.slice(0, LISTED).map(one => make('li', {}, make('span', {class: 'meta'}, `line ${one.line}: `), one.what)),
        some.length > LISTED ? make('li', {}, `and ${some.length - LISTED} more`) : '')]));
    page.show();
  }
  function refuse(why) {
    numbers = new Map;
    $('coloured').textContent = why;
    $('complaints').replaceChildren();
    page.show();
  }
  function scale() { // the same distance to both sides of the middle
    middle = Number.isFinite(parseFloat($('middle').value)) ? parseFloat($('middle').value) : 0;
    reach = Math.max(...[...numbers.values()].map(row => Math.abs(row.number - middle)), 0) || 1;
  }
  const short = number => String(+number.toPrecision(3)).replace('-', '\u2212');

  const rgb = hex => [1, 3, 5].map(k => parseInt(hex.slice(k, k + 2), 16));
  function mixed(node) { // between five colours, from the lowest to the highest
    const at = ((numbers.get(node).number - middle) / reach + 1) * 2, k = Math.min(3, Math.floor(at));
    const [a, b] = [rgb(colours[k]), rgb(colours[k + 1])];
    return a.map((v, c) => Math.round(v + (b[c] - v) * (at - k)));
  }
  function fill(node) {
    if (!numbers.size) return '';
    if (!numbers.has(node)) return colours[5];
    return `rgb(${mixed(node).join()})`;
  }
  function ink(node) { // black or white, whichever is easier to read
    if (!numbers.has(node)) return '';
    const [r, g, b] = mixed(node).map(v => (v / 255) ** 2.2);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.2 ? '#10151d' : '#ffffff';
  }
  function badge(ctx, node, half, colour, face, zoom) {
    const row = numbers.get(node);
    if (!row) return;
    const text = short(row.number), size = Math.max(16, Math.min(32, 10 / zoom)), high = size + 7;
    ctx.font = `600 ${size}px ${face}`;
    const wide = ctx.measureText(text).width + 14, x = half[0] + 6 - wide, y = half[1] - high / 2 + 2;
    ctx.globalAlpha = 1;
    ctx.setLineDash([]);
    ctx.fillStyle = colour.panel;
    ctx.strokeStyle = colour.ink;
    ctx.lineWidth = 1.2;
    ctx.beginPath();
    ctx.rect(x, y, wide, high);
    ctx.fill();
    ctx.stroke();
    ctx.fillStyle = colour.ink;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'middle';
    ctx.fillText(text, x + 7, y + high / 2 + 1);
  }

  function show() {
    const style = getComputedStyle(document.documentElement);
    colours = [...Array.from({length: 5}, (_, n) => `--scale-${n}`), '--panel'].map(name => style.getPropertyValue(name).trim());
    $('scale').hidden = !numbers.size || !scene.drawn;
    if (numbers.size && scene.drawn) $('bar').hidden = false;
    $('uncolour').hidden = !numbers.size;
    [middle - reach, middle, middle + reach].forEach((number, k) => { $('scale-at-' + k).textContent = short(number); });
    $('values').append(...[...numbers].map(([node, row]) => make('li', {}, `${page.label(node)}: your number ${row.text}`)));
  }
  function card(article, what) {
    article.querySelector('.yours')?.remove();
    const row = what[0] === 'n' && numbers.get(+what.slice(1));
    if (row) article.querySelector('.chips').after(make('p', {class: 'yours'}, 'Your number: ', make('strong', {}, row.text), make('span', {class: 'meta'}, ` (line ${row.line}, “${row.name}”)`)));
  }

  async function open(file) {
    if (file.size > MOST) return refuse('The table is too large: at most five million characters.');
    $('table').value = await file.text();
    colour($('table').value);
  }
  function take(event) { // a file or a text that is dropped on the panel or the picture
    const [file] = event.dataTransfer.files, text = event.dataTransfer.getData('text/plain');
    if (!file && !text) return;
    event.preventDefault();
    state.tab = 'explore';
    if (file) return void open(file);
    $('table').value = text;
    colour(text);
  }
  $('colour').addEventListener('click', () => colour($('table').value));
  $('open-table').addEventListener('change', () => $('open-table').files[0] && open($('open-table').files[0]));
  $('middle').addEventListener('change', () => {
    scale();
    page.show();
  });
  $('uncolour').addEventListener('click', () => {
    numbers = new Map;
    $('coloured').textContent = 'Removed.';
    $('complaints').replaceChildren();
    page.show();
    $('table').focus();
  });
  for (const place of [$('stage'), $('explore')]) {
    place.addEventListener('dragover', event => event.preventDefault());
    place.addEventListener('drop', take);
  }
  const title = () => numbers.size ? 'Coloured by the reader’s own numbers' : '';
  const number = node => numbers.has(node) ? short(numbers.get(node).number) : '';
  return {title, number, show, card, fill, ink, badge};
}
