// The writing bench. The text is the whole state; what stands beside it follows from the last answer of Python.
'use strict';
(() => {
  const root = document.documentElement;
  /** @type {Opened} */
  const opened = JSON.parse($('opened').textContent ?? '');
  const KEPT = `kg-write ${opened.kept || location.pathname}`;
  const core = python();
  /** @type {Known | null} */
  let words = null;
  /** @type {Said} */
  let said = {
    valid: false, complaints: [], runs: '', unpinned: [], outcomes: [], changed: [],
    holds: {id: '', title: '', nodes: [], edges: [], conditions: [], sources: [], places: []}
  };
  let ready = false, due = 0, looking = false, again = false;

  // ---- the text

  /** What was not saved last time, and the text that it was made from. @returns {[string, string] | null} */
  const stored = () => { try { return JSON.parse(localStorage.getItem(KEPT) ?? 'null'); } catch { return null; } };
  /** @param {string} text */
  const keep = text => {
    try {
      if (text === opened.text) localStorage.removeItem(KEPT);
      else localStorage.setItem(KEPT, JSON.stringify([opened.text, text]));
    } catch { /* a page from a file may keep nothing: then saving is up to the reader */ }
  };
  const last = stored(), [madeFrom, draft] = last ?? [opened.text, opened.text || opened.starter], shadow = $('editor').attachShadow({mode: 'open'});
  const view = codemirror.editor({
    parent: shadow, root: shadow, text: draft, label: 'The text of the mechanism',
    complete: completion(() => words, () => said.holds), save, changed
  });
  const text = () => view.state.doc.toString();
  /** @param {number} line @param {number} column */
  const place = (line, column) => {
    const at = view.state.doc.line(Math.max(1, Math.min(line, view.state.doc.lines)));
    return Math.min(at.from + column - 1, at.to);
  };
  function changed() {
    keep(text());
    $('state').textContent = text() === opened.text ? 'As opened.' : 'Not saved.';
    clearTimeout(due);
    due = setTimeout(look, 150);
  }
  if (draft !== opened.text) {
    $('restored').hidden = !last;
    $('overwrites').hidden = madeFrom === opened.text;
    $('state').textContent = last ? 'Not saved.' : 'A starter, not saved yet.';
    $('discard').addEventListener('click', () => {
      view.dispatch({changes: {from: 0, to: view.state.doc.length, insert: opened.text}});
      $('restored').hidden = true;
      view.focus();
    });
  }

  // ---- what kg says of it

  async function look() {
    if (!ready) return;
    if (looking) { again = true; return; }
    looking = true;
    const asked = text();
    try {
      said = await core.ask('look', {text: asked});
      if (asked === text()) await show();
    } catch (error) {
      fail(error);
    }
    looking = false;
    if (again) {
      again = false;
      look();
    }
  }
  async function show() {
    /** @param {Complaint['severity']} severity */
    const counts = severity => said.complaints.filter(one => one.severity === severity).length;
    const errors = counts('error'), others = said.complaints.length - errors;
    /** @param {number} n @param {string} noun */
    const number = (n, noun) => `${n} ${noun}${n === 1 ? '' : 's'}`;
    $('verdict').textContent = errors ? `${number(errors, 'error')}${others ? `, ${number(others, 'remark')}` : ''}: not run.` : others ? `No error; ${number(others, 'remark')}.` : 'Nothing wrong.';
    $('verdict').dataset.wrong = String(errors > 0);
    codemirror.complain(view, said.complaints.map(one => {
      const from = place(one.line, one.column), line = view.state.doc.lineAt(from);
      const fixes = one.fix ? [{name: `Write ${one.fix}`, insert: one.fix}] : [];
      return {from, to: Math.min(from + one.length, line.to), severity: one.severity === 'hint' ? 'info' : one.severity, message: [one.message, one.help].filter(Boolean).join('\n'), fixes};
    }));
    $('complaints').replaceChildren(...said.complaints.map(one => make('li', {class: one.severity}, make('button', {type: 'button', onclick: () => go(one.line, one.column)},
      make('strong', {}, `Line ${one.line}: `), one.message), one.help ? make('p', {class: 'note'}, one.help) : '')));
    if (said.valid || said.holds.nodes.length || !text().trim()) choices(); // the form writes the first sentence, too
    if (!said.valid) return;
    $('changes').replaceChildren(...said.changed.map(({condition, node, before, after, why}) => make('li', {}, make('strong', {}, `${node}: ${before} → ${after}`), ` (${condition}). ${why}`)));
    $('nothing').hidden = said.changed.length > 0;
    $('runs').textContent = said.runs;
    outcomes();
    if ($('result').childElementCount) ask();
    try {
      const drawn = await core.ask('picture', {dark: root.dataset.theme === 'dark'}); // markup from Python, in which every text was escaped
      if (drawn) $('picture').replaceChildren(document.importNode(new DOMParser().parseFromString(drawn, 'image/svg+xml').documentElement, true));
    } catch (error) {
      $('picture').textContent = `No picture: ${error instanceof Error ? error.message : error}`;
    }
  }
  /** @param {number} line @param {number} column */
  function go(line, column) {
    panel('write');
    view.dispatch({selection: {anchor: place(line, column)}, scrollIntoView: true});
    view.focus();
  }
  /** @param {string} key */
  const label = key => said.holds.nodes.find(node => node.key === key)?.label ?? key;
  function outcomes() {
    const nodes = Object.keys(said.outcomes[0]?.values ?? {});
    $('outcomes').replaceChildren(...!nodes.length ? [] : [make('table', {}, make('caption', {}, 'Outcomes by condition'),
      make('thead', {}, make('tr', {}, make('th', {scope: 'col'}, 'Condition'), nodes.map(key => make('th', {scope: 'col'}, label(key))))),
      make('tbody', {}, said.outcomes.map(row => make('tr', {}, make('th', {scope: 'row'}, row.title || row.condition), nodes.map(key => make('td', {}, row.values[key]))))))]);
  }

  $('picture').addEventListener('click', event => { // a box or a line leads to where it is written
    const title = /** @type {Element} */ (event.target).closest('g')?.querySelector(':scope > title')?.textContent, {nodes, edges} = said.holds;
    const meant = edges.find(one => one.words === title) ?? nodes.find(one => one.label === title);
    if (meant) go(meant.line, 1);
  });

  // ---- what if, and a sentence by form

  /** @param {HTMLSelectElement} select @param {string[][]} options */
  function fill(select, options) {
    const before = select.value;
    select.replaceChildren(...options.map(([value, name]) => make('option', {value}, name)));
    if (options.some(([value]) => value === before)) select.value = before;
  }
  function choices() {
    const {nodes, conditions} = said.holds, byName = nodes.map(({key, label}) => [key, label]).sort(([, a], [, b]) => a < b ? -1 : 1);
    fill($('condition'), [['', 'the starting state'], ...conditions.map(({key, title}) => [key, title])]);
    fill($('node'), byName);
    fill($('subject'), byName);
    fill($('object'), byName);
    fill($('verb'), (words?.verbs ?? []).map(({verb, phrase}) => [verb, phrase]));
    fill($('claim'), (words?.claims ?? []).map(({claim}) => [claim, claim]));
  }
  async function ask() {
    try {
      const found = await core.ask('answer', {condition: $('condition').value, settings: {[$('node').value]: $('value').value}});
      /** @param {Value} one */
      const list = one => [one].flat().join(' or ');
      $('result').replaceChildren(...found.error ? [make('li', {class: 'error'}, found.error)] :
        found.outcomes.map(({node, before, after}) => make('li', {}, make('strong', {}, `${label(node)}: `), list(before) === list(after) ? `${list(after)}, unchanged` : `${list(before)} → ${list(after)}`)));
      if (!$('result').childElementCount) $('result').append(make('li', {}, 'No node is declared an outcome (outcome: yes).'));
    } catch (error) {
      fail(error);
    }
  }
  function add() {
    const [subject, verb, object, claim] = [$('subject'), $('verb'), $('object'), $('claim')].map(select => select.value), says = $('says').value.trim();
    const evidence = `{claim: ${claim}${says ? `, ${claim === 'inference' ? 'because' : 'says'}: ${JSON.stringify(says)}` : ''}}`;
    if (subject && object) write('edges', `\n- edge: ${subject} ${verb} ${object}\n  evidence:\n  - ${evidence}\n`);
    else $('state').textContent = 'Nothing was added: write the nodes first.';
  }
  /** Writes an entry behind the last one of a part of the text, as one step of undo. @param {string} part @param {string} entry */
  function write(part, entry) {
    const found = addition(text(), part, entry);
    if (found) view.dispatch({changes: found, selection: {anchor: found.from + found.insert.length}, scrollIntoView: true, userEvent: 'input.form'});
    else $('state').textContent = `Nothing was added: all of ${part} stands in one line; write each on a line of its own first.`;
    return Boolean(found);
  }

  // ---- a source text

  async function suggest() {
    try {
      const found = await core.ask('suggest', {text: $('source').value}), open = found.filter(one => !one.encoded);
      $('suggested').textContent = `${found.length} found by rules; ${found.length - open.length} already in the mechanism. Read each in the text before you keep it.`;
      $('suggestions').replaceChildren(...open.map(({words, said, entry, nodes}) => {
        const item = make('li', {}, make('strong', {}, words), ` “${said}” `, make('button', {type: 'button', onclick: () => {
          if (nodes.every(node => text().includes(`\n  ${node}\n`) || write('nodes', `\n  ${node}`)) && write('edges', `\n${entry}`)) item.remove();
        }}, 'Add'), ' ', make('button', {type: 'button', onclick: () => item.remove()}, 'Reject'));
        return item;
      }));
    } catch (error) {
      fail(error);
    }
  }
  function anchor() {
    const {value, selectionStart, selectionEnd} = $('source'), words = value.slice(selectionStart, selectionEnd).trim().replace(/\s+/g, ' ');
    const many = words.split(' ').length, times = value.replace(/\s+/g, ' ').split(words).length - 1;
    if (!words || many > 8 || times !== 1) {
      $('suggested').textContent = !words ? 'Select words in the text first.' : many > 8 ? `An anchor has at most 8 words; ${many} are selected.` : `These words occur ${times} times; select one more word.`;
      return;
    }
    const at = view.state.selection.main.head;
    view.dispatch({changes: {from: at, insert: `anchor: ${JSON.stringify(words)}`}, userEvent: 'input.anchor'});
    $('suggested').textContent = 'The anchor is at the cursor.';
  }
  $('suggest').addEventListener('click', suggest);
  $('anchor').addEventListener('click', anchor);
  $('ask').addEventListener('click', ask);
  $('add').addEventListener('click', add);
  $('undo').addEventListener('click', () => codemirror.undo(view));
  $('redo').addEventListener('click', () => codemirror.redo(view));

  // ---- saving

  /** @param {string} said @param {string} name @param {string} type */
  function download(said, name, type) {
    const url = URL.createObjectURL(new Blob([said], {type}));
    /** @type {HTMLElement} */ (make('a', {href: url, download: name})).click();
    setTimeout(() => URL.revokeObjectURL(url), 4000);
  }
  async function save() {
    if (!opened.save) {
      download(text(), opened.name.split('/').at(-1) ?? '', 'application/yaml');
      saved('Downloaded.');
      return;
    }
    const now = text();
    try {
      const reply = await fetch(opened.save, {method: 'PUT', body: JSON.stringify({before: opened.text, text: now})});
      if (reply.ok) {
        opened.text = now;
        saved(`Saved to ${opened.name}.`);
        if (text() !== now) changed(); // what was written meanwhile
      } else if (reply.status === 409) {
        $('state').textContent = `Not saved: ${await reply.text()}\nOpen this page anew to go on: it keeps your text.`;
      } else $('state').textContent = `Not saved: ${await reply.text()}`;
    } catch {
      opened.save = '';
      $('save').textContent = 'Download';
      $('state').textContent = 'Not saved: kg write has ended. Download the text instead.';
    }
  }
  /** @param {string} words */
  function saved(words) {
    $('state').textContent = words;
    $('restored').hidden = true;
    try { localStorage.removeItem(KEPT); } catch { /* nothing was kept */ }
  }
  $('save').addEventListener('click', save);
  $('save').textContent = opened.save ? 'Save' : 'Download';
  /** @param {() => Promise<string>} made @param {string} ending @param {string} type */
  async function offer(made, ending, type) {
    try {
      const found = await made();
      if (found) download(found, `${said.holds.id || 'mechanism'}${ending}`, type);
      else fail('no version without errors was drawn yet');
    } catch (error) {
      fail(error);
    }
  }
  $('save-svg').addEventListener('click', () => offer(() => core.ask('picture', {dark: false}), '.svg', 'image/svg+xml'));
  $('save-changes').addEventListener('click', () => offer(() => core.ask('changes', {text: text()}), '-changes.md', 'text/markdown'));
  addEventListener('keydown', event => { // outside the editor, too
    if (event.defaultPrevented || !(event.ctrlKey || event.metaKey) || event.key !== 's') return;
    event.preventDefault();
    save();
  });
  $('open').addEventListener('change', async () => {
    const file = $('open').files?.[0];
    if (file) view.dispatch({changes: {from: 0, to: view.state.doc.length, insert: await file.text()}, userEvent: 'input.open'});
    $('open').value = '';
  });
  addEventListener('beforeunload', event => {
    if (opened.save && text() !== opened.text) event.preventDefault();
  });

  // ---- the page

  const shows = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-show]'));
  /** @param {string} name */
  function panel(name) { // on a narrow screen one is seen at a time
    document.body.dataset.panel = name;
    for (const button of shows) button.setAttribute('aria-pressed', String(button.dataset.show === name));
  }
  for (const button of shows) button.addEventListener('click', () => panel(button.dataset.show ?? ''));
  panel('write');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const theme = () => { root.dataset.theme = dark.matches ? 'dark' : 'light'; };
  theme();
  dark.addEventListener('change', () => { theme(); look(); });
  /** @param {unknown} error */
  function fail(error) {
    $('verdict').textContent = `kg could not answer: ${error instanceof Error ? error.message : error}`;
    $('verdict').dataset.wrong = 'true';
  }
  core.start().then(async () => {
    words = await core.ask('words', {});
    await core.ask('open', {text: opened.text, name: opened.name});
    ready = true;
    await look();
    root.dataset.core = 'ready';
  }).catch(error => {
    root.dataset.core = 'failed';
    fail(error);
  });
  window.bench = Object.freeze({ // for tests, and for pages that embed the bench
    text, line: () => view.state.doc.lineAt(view.state.selection.main.head).text, put: insert => view.dispatch({changes: {from: 0, to: view.state.doc.length, insert}})});
})();
