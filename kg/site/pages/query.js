// The query page. Text goes into the page as text only, never as markup; queries run in a worker (worker.js).
'use strict';
(() => {
  /** @type {<K extends keyof QueryIds>(id: K) => QueryIds[K]} */
  const $ = id => /** @type {any} */ (document.getElementById(id));
  /** @type {(selector: string) => HTMLElement[]} */
  const every = selector => [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(selector))];
  /** @type {QueryData} */
  const known = JSON.parse($('known').textContent ?? '');
  const questions = new Map(known.questions.map(q => [q.name, q]));
  const listed = new Map(every('[data-question]').map(a => [a.dataset.question, a]));
  const MOST = known.rows, SHOWN = 500, DRAWN = 120;
  /** @type {<K extends keyof HTMLElementTagNameMap>(tag: K, text: string, more?: object) => HTMLElementTagNameMap[K]} */
  const make = (tag, text, more = {}) => Object.assign(document.createElement(tag), {textContent: text}, more);
  /** @typedef {{question: string, given: Record<string, string>, of: string}} Asked */
  /** The whole state of the page: what is asked, of what, and how it is shown. @type {Asked & {own: string, graph: boolean}} */
  const state = {question: '', given: {}, own: '', of: '', graph: false};
  /** @type {Asked} */
  let asked = {question: '', given: {}, of: ''};
  /** @type {Said} */
  let answer;

  // ---- the worker, which is ended when its time is over or the reader stops it

  /** @type {Worker} */
  let worker;
  /** Who waits for which message. @type {Map<number, (said: any) => void>} */
  let waiting = new Map;
  let last = 0;

  /** A worker, and what becomes of its engine. @returns {Promise<{error?: string}>} */
  function start() {
    const code = new Blob([$('engine-code').textContent ?? '', '\n', $('worker').textContent ?? ''], {type: 'text/javascript'});
    const url = URL.createObjectURL(code);
    worker = new Worker(url);
    waiting = new Map;
    worker.onmessage = ({data}) => {
      URL.revokeObjectURL(url);
      waiting.get(data.id)?.(data);
      waiting.delete(data.id);
    };
    worker.onerror = event => {
      event.preventDefault();
      for (const done of waiting.values()) done({error: event.message || 'the engine could not be started'});
    };
    return tell({do: 'open', engine: $('engine').textContent ?? '', data: $('data').textContent ?? '', base: known.base});
  }

  /** @param {OpenMessage | AskMessage} message @returns {Promise<any>} what the worker says, or an error */
  const tell = message => new Promise(done => {
    waiting.set(++last, done);
    worker.postMessage({...message, id: last});
  });
  let opened = start();

  /** Ends the engine; a new one takes its place. @param {string} why */
  function halt(why) {
    worker.terminate();
    const left = [...waiting.values()];
    opened = start();
    for (const done of left) done({error: why});
  }

  // ---- a question of the library, with its parameters

  /** @type {Record<string, string>} */
  const ESCAPES = {'\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\b': '\\b', '\f': '\\f'};
  /** @param {string} text */
  const quoted = text => '"' + text.replace(/[\\"\n\r\t\b\f]/g, c => ESCAPES[c]) + '"';

  /** A value as a SPARQL term of the kind of the default, as kg ask writes it. @param {string} value @param {Place} place */
  function written(value, {kind, name}) {
    if (!value.trim()) throw new Error(`${name} is given no value`);
    if (kind === 'number') {
      if (!/^[0-9]{1,18}$/.test(value.trim())) throw new Error(`${name} is a whole number, which ${value} is not`);
      return value.trim();
    }
    if (kind !== 'iri') return quoted(value);
    const [, prefix, local] = value.match(/^([^:]*):(.*)$/s) || [];
    if (prefix in known.curies && !local.startsWith('//')) value = known.curies[prefix] + local;
    else if (!/^[A-Za-z][A-Za-z0-9+.-]*:/.test(value)) value = known.base + value;
    if (/[<>"{}|^`\\\x00-\x20\x7f-\x9f]/.test(value)) throw new Error(`${name} is an IRI, which ${value} is not`);
    return `<${value}>`;
  }

  /** @param {KnownQuestion} q */
  const filled = q => q.parts.map(part => typeof part === 'string' ? part : part.name in state.given ? written(state.given[part.name], part) : part.text).join('');

  // ---- what an answer is cited as, and what it comes from

  /** @param {string} text */
  const encoded = text => encodeURIComponent(text).replace(/[!'()*]/g, c => '%' + c.charCodeAt(0).toString(16).toUpperCase())
    .replace(/%3A/g, ':').replace(/%2F/g, '/').replace(/%20/g, '+');
  /** @param {string} of */
  const over = of => known.mechanisms.filter(m => !of || m.id === of);

  /** @param {string} name of a question */
  const found = name => {
    const q = questions.get(name);
    if (!q) throw new Error(`There is no question ${name}.`);
    return q;
  };

  /** @param {Asked} asked */
  function called({question, given}) {
    const other = found(question).parameters.filter(p => given[p.name] !== undefined && given[p.name] !== p.value);
    const pairs = other.map(p => `${encoded(p.name)}=${encoded(given[p.name])}`).sort();
    return question + (pairs.length ? '?' + pairs.join('&') : '');
  }

  /** @param {Asked} asked */
  function cite(asked) {
    if (!asked.question) return '';
    const each = over(asked.of).map(m => [m.id, m.version ? `version ${m.version}` : 'no version']);
    if (each.length === 1) return `${known.base}${each[0][0]}/answer/${called(asked)}, ${each[0][1]}`;
    return `${known.base}answer/${called(asked)}, of ${each.map(pair => pair.join(' ')).join(', ')}`;
  }

  /** @param {Asked} asked */
  function about(asked) {
    const strips = new Map;
    for (const m of over(asked.of)) {
      const key = m.caveats.join(' · ');
      strips.set(key, [...strips.get(key) || [], m.id]);
    }
    const one = over(asked.of).length === 1;
    const lines = [...strips].map(([strip, ids]) => (one ? '' : ids.slice(0, 3).join(', ') + (ids.length > 3 ? ' ...: ' : ': ')) + strip);
    const versions = over(asked.of).map(m => `${m.id} ${m.version}`).join(', ');
    if (over(asked.of).some(m => !m.published)) return [...lines, known.draft];
    return [...lines, cite(asked) ? `Cite as ${cite(asked)}` : `To cite it, keep the address of this page, which holds the query, and the versions: ${versions}`];
  }

  // ---- forms of an answer

  /** @param {string} text */
  const cell = text => /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  /** @type {Record<string, {type: string, text: (answer: Said) => string}>} */
  const FORMS = {
    csv: {type: 'text/csv', text: ({variables, rows, truth}) => truth !== null ? `answer\n${truth}\n` : [variables, ...rows.map(row => row.map(v => v ? v.value : ''))]
      .map(row => (row.length === 1 && !row[0] ? '""' : row.map(cell).join(',')) + '\n').join('')},
    json: {type: 'application/sparql-results+json', text: ({variables, rows, truth}) => {
      const more = {...(cite(asked) ? {cite: cite(asked)} : {}), caveats: Object.fromEntries(over(asked.of).map(m => [m.id, m.caveats]))};
      /** @param {(SparqlTerm | null)[]} row */
      const bound = row => Object.fromEntries(variables.flatMap((name, n) => row[n] ? [[name, row[n]]] : []));
      const said = truth !== null ? {head: {}, ...more, boolean: truth} : {head: {vars: variables}, ...more, results: {bindings: rows.map(bound)}};
      return JSON.stringify(said, null, 1) + '\n';
    }},
    ttl: {type: 'text/turtle', text: ({turtle}) => about(asked).map(line => `# ${line}\n`).join('') + turtle}
  };

  /** @param {string} form */
  function save(form) {
    const url = URL.createObjectURL(new Blob([FORMS[form].text(answer)], {type: FORMS[form].type}));
    make('a', '', {href: url, download: `${asked.question || 'answer'}.${form}`}).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000); // a slow browser may not have begun before
  }

  // ---- the answer as a table and as a graph

  /** @param {string} iri */
  function short(iri) {
    for (const [prefix, start] of known.short)
      if (iri.startsWith(start) && /^[\p{L}\p{N}_.-]+$/u.test(iri.slice(start.length))) return `${prefix}:${iri.slice(start.length)}`;
    return iri.startsWith(known.base) && iri !== known.base ? iri.slice(known.base.length) : iri;
  }

  /** @param {SparqlTerm | null} value @param {(SparqlTerm | null)[]} row */
  function shown(value, row) {
    if (!value) return '';
    if (value.type !== 'uri') return value.value;
    const label = answer.labels[value.value] || '';
    const said = row.some(other => other && other.type === 'literal' && other.value === label);
    return label && !said ? `${label} (${short(value.value)})` : short(value.value);
  }

  function table() {
    const {variables, rows, truth} = answer;
    if (truth !== null) return make('p', truth ? 'Yes' : 'No', {className: 'lead'});
    if (!rows.length) return make('p', 'Nothing.', {className: 'lead'});
    const numeric = variables.map((_, n) => rows.every(row => !row[n] || /#(integer|decimal|double|float)$/.test(row[n]?.datatype || '')));
    const out = document.createElement('table'), head = out.createTHead().insertRow(), body = out.createTBody();
    for (const name of variables) head.append(make('th', name.replaceAll('_', ' '), {scope: 'col'}));
    for (const row of rows.slice(0, SHOWN)) {
      const line = body.insertRow();
      row.forEach((value, n) => {
        const spot = line.insertCell(), text = shown(value, row);
        if (numeric[n]) spot.className = 'number';
        if (value?.type !== 'uri') spot.textContent = text;
        else spot.append(make('a', text, {href: '#query=' + encodeURIComponent(`DESCRIBE <${value.value}>`) + (state.of ? '&of=' + state.of : '')}));
      });
    }
    return out;
  }

  function graph() {
    /** @type {Map<string, {n: number, value: SparqlTerm}>} */
    const names = new Map;
    /** @type {Arrow[]} */
    const arrows = [];
    const {labels} = answer;
    /** @param {SparqlTerm} value */
    const add = value => {
      const key = value.type + value.value, known = names.get(key) ?? {n: names.size, value};
      names.set(key, known);
      return known.n;
    };
    for (const [s, p, o] of answer.links) {
      if (o.type === 'literal' && labels[s.value] === o.value) continue; // the box says it
      const room = [s, o].filter(value => !names.has(value.type + value.value)).length;
      if (names.size + room <= DRAWN) arrows.push({from: add(s), to: add(o), verb: p.value, via: []});
    }
    if (!arrows.length) return make('p', 'This answer names nothing that could be drawn: it has no step and no two things that the data relate.');
    const nodes = [...names.values()].map(({value}) => thing(value, clipped((value.type === 'uri' && labels[value.value]) || (value.type === 'uri' ? short(value.value) : value.value))));
    place(nodes, arrows);
    const view = box(nodes), svg = draw('svg', {viewBox: view.join(' '), width: view[2], height: view[3], role: 'img', 'aria-label': `Graph of ${nodes.length} things and ${arrows.length} statements. The table says the same.`});
    const defs = svg.appendChild(draw('defs')), tip = defs.appendChild(draw('marker', {id: 'tip', viewBox: '0 0 8 8', refX: 8, refY: 4, markerWidth: 8, markerHeight: 8, orient: 'auto-start-reverse'}));
    tip.append(draw('path', {d: 'M0 0L8 4L0 8Z'}));
    const many = arrows.length > 60, pairs = new Map;
    for (const {from, to, verb, via} of arrows) {
      const a = nodes[from], b = nodes[to], key = from < to ? `${from} ${to}` : `${to} ${from}`, turn = pairs.get(key) || 0;
      pairs.set(key, turn + 1);
      const bend = (turn % 2 ? 1 : -1) * Math.ceil(turn / 2) * 26; // several between two things lie side by side
      const points = via.length ? via : [{x: (a.x + b.x) / 2 - (b.y - a.y) / 200 * bend, y: (a.y + b.y) / 2 + (b.x - a.x) / 200 * bend}];
      const first = points[0], last = points[points.length - 1], said = points[(points.length - 1) >> 1];
      const start = edge(a, first.x, first.y), end = edge(b, last.x, last.y);
      const corners = points.map((q, n) => ({q, next: points[n + 1] || {x: 2 * end[0] - q.x, y: 2 * end[1] - q.y}}));
      const d = corners.map(({q, next}) => `Q${[q.x, q.y, (q.x + next.x) / 2, (q.y + next.y) / 2].map(Math.round).join(' ')}`).join('');
      svg.append(draw('path', {d: `M${start.join(' ')}${d}`, 'marker-end': 'url(#tip)'}));
      const [x, y] = via.length ? [said.x, said.y] : [(start[0] + 2 * first.x + end[0]) / 4, (start[1] + 2 * first.y + end[1]) / 4];
      if (!many) svg.append(draw('text', {x, y: y + 4, class: 'verb'}, labels[verb] || short(verb).replace(/^\w+:/, '').replaceAll('_', ' ')));
    }
    for (const node of nodes) {
      const g = svg.appendChild(draw('g', {class: node.value.type === 'uri' ? 'thing' : 'value'}));
      g.append(draw('title', {}, node.value.value), draw('rect', {x: node.x - node.w / 2, y: node.y - 13, width: node.w, height: 26, rx: 8}), draw('text', {x: node.x, y: node.y + 4.5}, node.text));
    }
    return svg;
  }

  /** @param {SparqlTerm} value @param {string} text @returns {Thing} */
  const thing = (value, text) => ({value, text, w: text.length * 7.2 + 22, x: 0, y: 0});

  /** @param {string} tag @param {Record<string, string | number>} attributes */
  function draw(tag, attributes = {}, text = '') {
    const out = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) out.setAttribute(name, String(typeof value === 'number' ? Math.round(value * 10) / 10 : value));
    if (text) out.textContent = text;
    return out;
  }

  /** @param {string} text */
  const clipped = text => text.length > 34 ? text.slice(0, 33) + '…' : text;
  /** @param {Thing[]} nodes */
  const box = nodes => {
    const [l, t, r, b] = [Math.min(...nodes.map(n => n.x - n.w / 2)), Math.min(...nodes.map(n => n.y)), Math.max(...nodes.map(n => n.x + n.w / 2)), Math.max(...nodes.map(n => n.y))];
    const wide = Math.max(r - l + 40, 640); // few things are not blown up
    return [(l + r - wide) / 2, t - 34, wide, b - t + 68].map(Math.round);
  };

  /** Where a line from the middle of a box towards a point leaves it. @param {Thing} box @param {number} tx @param {number} ty */
  function edge({x, y, w}, tx, ty) {
    const dx = tx - x, dy = ty - y, f = Math.min((w / 2 + 2) / Math.abs(dx || 1e-9), 15 / Math.abs(dy || 1e-9));
    return [Math.round(x + dx * Math.min(f, 1)), Math.round(y + dy * Math.min(f, 1))];
  }

  /**
   * Layers along the arrows, each ordered by the middle of its neighbours in the layer before (after Sugiyama 1981), from the
   * left or from the top, whichever is narrower.
   * @param {Thing[]} nodes
   * @param {Arrow[]} arrows
   */
  function place(nodes, arrows) {
    /** @type {(size: Thing[]) => number[][]} */
    const empty = size => size.map(() => []);
    const next = empty(nodes), before = empty(nodes), depth = nodes.map(() => 0);
    /** Nodes that are visited: 1 while we are on the way from them. @type {number[]} */
    const state = [];
    /** @type {number[]} */
    const order = [];
    /** An arrow back to where we come from is left out, so that there is no circle. @param {number} n */
    const visit = n => {
      state[n] = 1;
      for (const {from, to} of arrows) if (from === n && to !== n && state[to] !== 1) {
        next[n].push(to);
        before[to].push(n);
        if (!state[to]) visit(to);
      }
      state[n] = 2;
      order.unshift(n);
    };
    const goal = new Set(arrows.map(arrow => arrow.to));
    nodes.forEach((_, n) => goal.has(n) || state[n] || visit(n));
    nodes.forEach((_, n) => state[n] || visit(n));
    for (const n of order) for (const o of next[n]) depth[o] = Math.max(depth[o], depth[n] + 1);
    for (const n of [...order].reverse()) if (!before[n].length && next[n].length) depth[n] = Math.min(...next[n].map(o => depth[o])) - 1;
    /** @type {number[][]} */
    const layers = [];
    /** @type {number[]} */
    const rank = [];
    for (const n of order) (layers[depth[n]] ||= []).push(n);
    /** The boxes, and behind them a narrow slot for each layer that an arrow passes. @type {Slot[]} */
    const slots = [...nodes];
    for (const {from, to, via} of arrows) {
      const step = Math.sign(depth[to] - depth[from]);
      let last = from;
      for (let at = depth[from] + step; step && at !== depth[to]; at += step) {
        const slot = slots.push({w: 12, x: 0, y: 0}) - 1;
        before[slot] = step > 0 ? [last] : [];
        if (step < 0) before[last].push(slot);
        layers[at].push(slot);
        via.push(slots[slot]);
        last = slot;
      }
      if (last !== from && step > 0) before[to] = before[to].map(n => n === from ? last : n);
    }
    for (const layer of layers) {
      /** @param {number} n */
      const middle = n => before[n].length ? before[n].reduce((sum, b) => sum + (rank[b] ?? 0), 0) / before[n].length : 0;
      layer.sort((a, b) => middle(a) - middle(b) || a - b).forEach((n, at) => rank[n] = at + (1 - layer.length) / 2);
    }
    /** @param {number[]} layer */
    const wide = layer => Math.max(...layer.map(n => slots[n].w));
    /** @param {number[]} layer */
    const row = layer => layer.reduce((sum, n) => sum + slots[n].w + 26, 0);
    const down = Math.max(...layers.map(row)) < layers.reduce((sum, layer) => sum + wide(layer) + 110, 0);
    let along = 0;
    for (const layer of layers) {
      let across = -row(layer) / 2;
      if (!down) along += wide(layer) / 2;
      for (const n of layer) {
        Object.assign(slots[n], down ? {x: across + slots[n].w / 2 + 13, y: along} : {x: along, y: rank[n] * 46});
        across += slots[n].w + 26;
      }
      along += down ? 86 : wide(layer) / 2 + 110;
    }
  }

  function present() {
    $('rows').replaceChildren(table());
    $('rows').hidden = state.graph;
    $('graph').hidden = !state.graph;
    $('graph').replaceChildren(...state.graph ? [graph()] : []);
    $('as-table').setAttribute('aria-pressed', String(!state.graph));
    $('as-graph').setAttribute('aria-pressed', String(state.graph));
    for (const button of every('[data-save=ttl]')) button.hidden = !answer.turtle;
    $('about').replaceChildren(...about(asked).map(line => make('li', line)));
    $('answer').hidden = false;
  }

  // ---- asking

  /** @param {string} text */
  function complain(text) {
    $('wrong').textContent = text;
    $('wrong').hidden = !text;
    if (text) $('answer').hidden = true;
  }

  /** Where and why the engine does not understand: the line is ours, before it stand prefixes. @param {string} text @param {string} query */
  function reason(text, query) {
    const place = text.match(/error at (\d+):(\d+): (.*)/s);
    if (!place) return text;
    const line = +place[1], column = +place[2], why = place[3];
    const at = query.split('\n')[line - 2] ?? '';
    const more = why.length < 200 ? `\n\n${why}` : ''; // else it is a list of every character that might have stood there
    return `Line ${line - 1}, column ${column}: the engine does not understand the query here, or just before.\n\n${at}\n${' '.repeat(Math.max(column - 1, 0))}^${more}`;
  }

  let busy = false, turn = 0;

  async function run(again = false) { // again: as the address says it, which is no new place in the history
    if (busy) halt(''); // a new question takes the place of the one that is running
    const mine = ++turn;
    let query = editor.state.doc.toString();
    if (state.question) try {
      query = filled(found(state.question));
    } catch (error) {
      $('status').textContent = 'No answer.';
      return complain(/** @type {Error} */ (error).message);
    }
    asked = {question: state.question, given: {...state.given}, of: state.of};
    busy = true;
    complain('');
    remember(again);
    $('stop').disabled = false;
    $('status').textContent = 'Running…';
    const from = performance.now();
    const limit = setTimeout(() => halt(`It took longer than ${known.seconds} s and was stopped: make it narrower.`), known.seconds * 1000);
    const ready = await opened;
    /** @type {Said & {error?: string}} */
    const said = ready.error ? ready : await tell({do: 'ask', query, prefixes: known.prefixes, of: state.of, most: MOST});
    clearTimeout(limit);
    if (mine !== turn) return;
    busy = false;
    $('stop').disabled = true;
    if (said.error) {
      $('status').textContent = 'No answer.';
      return complain(reason(said.error, query));
    }
    answer = said;
    const time = `${Math.round(performance.now() - from)} ms`, count = said.rows.length;
    const more = said.capped ? ` (there are more; these are the first ${MOST})` : count > SHOWN ? ` (the first ${SHOWN} are shown, the files have all)` : '';
    $('status').textContent = said.truth !== null ? `${said.truth ? 'Yes' : 'No'}, in ${time}` : `${count} row${count === 1 ? '' : 's'} in ${time}${more}`;
    present();
  }

  // ---- the state, in the address

  function hash() {
    const parts = new URLSearchParams;
    if (state.question) {
      parts.set('question', state.question);
      for (const p of found(state.question).parameters)
        if (state.given[p.name] !== undefined && state.given[p.name] !== p.value) parts.set(`with.${p.name}`, state.given[p.name]);
    } else if (state.own.trim()) parts.set('query', state.own);
    if (state.of) parts.set('of', state.of);
    if (state.graph) parts.set('show', 'graph');
    return parts.toString();
  }

  /** The address that the state is from. @type {string | null} */
  let seen = null;

  function remember(instead = false) {
    const next = hash();
    if (location.hash.slice(1) !== next) history[instead ? 'replaceState' : 'pushState'](null, '', '#' + next);
    seen = location.hash;
  }

  function read() {
    if (location.hash === seen) return;
    seen = location.hash;
    const parts = new URLSearchParams(location.hash.slice(1));
    const name = parts.get('question') || '';
    state.of = known.mechanisms.find(m => m.id === parts.get('of'))?.id ?? '';
    state.graph = parts.get('show') === 'graph';
    $('of').value = state.of;
    const query = parts.get('query');
    if (query !== null) own(query);
    else choose(questions.has(name) ? name : known.first, Object.fromEntries([...parts].filter(([key]) => key.startsWith('with.')).map(([key, value]) => [key.slice(5), value])));
    if (name && !questions.has(name)) {
      complain(`There is no question ${name}.`);
      $('status').textContent = 'No answer.';
    } else if (query !== '') run(true);
  }

  let filling = false;
  /** @param {string} text */
  function fill(text) {
    filling = true;
    editor.dispatch({changes: {from: 0, to: editor.state.doc.length, insert: text}});
    filling = false;
  }

  /** @param {string} name @param {Record<string, string>} given */
  function choose(name, given) {
    const q = found(name);
    Object.assign(state, {question: name, given, own: ''});
    mark(name);
    $('asked').textContent = q.summary;
    $('explained').textContent = q.explanation;
    $('parameters').hidden = !q.parameters.length;
    $('parameters').replaceChildren(...q.parameters.map(p => {
      const label = make('label', `${p.name}: ${p.meaning}`);
      const input = make('input', '', {value: given[p.name] ?? p.value, autocomplete: 'off', spellcheck: false});
      input.addEventListener('input', () => {
        state.given[p.name] = input.value;
        try {
          fill(filled(q));
        } catch { } // what is wrong is said when it is run
      });
      input.addEventListener('keydown', event => event.key === 'Enter' && run());
      label.append(input);
      return label;
    }));
    try {
      fill(filled(q));
    } catch {
      fill(q.parts.map(part => typeof part === 'string' ? part : part.text).join(''));
    }
  }

  /** Marks a question of the list; "" for none. @param {string} name */
  function mark(name) {
    for (const [other, a] of listed)
      if (other === name) a.setAttribute('aria-current', 'true');
      else a.removeAttribute('aria-current');
  }

  /** @param {string} text */
  function own(text) {
    if (state.question || text !== editor.state.doc.toString()) {
      mark('');
      $('asked').textContent = 'Your query';
      $('explained').textContent = '';
      $('parameters').hidden = true;
    }
    Object.assign(state, {question: '', given: {}, own: text});
    if (text !== editor.state.doc.toString()) fill(text);
  }

  // ---- the editor

  /** @param {CompletionContext} context */
  function complete(context) {
    const literal = context.matchBefore(/"[^"\n]*/), variable = context.matchBefore(/[?$]\w*/), word = context.matchBefore(/[\p{L}\p{N}_:.-]+/u);
    if (variable) {
      const names = new Set(context.state.doc.toString().match(/[?$]\w+/g) || []);
      names.delete(variable.text);
      return {from: variable.from, options: [...names].map(label => ({label, type: 'variable'})), validFor: /^[?$]\w*$/};
    }
    if (literal) return {from: literal.from + 1, options: known.labels, validFor: /^[^"\n]*$/};
    if (word || context.explicit) return {from: word ? word.from : context.pos, options: known.words, validFor: /^[\p{L}\p{N}_:.-]*$/u};
    return null;
  }

  const room = $('editor').attachShadow({mode: 'open'}), inside = room.appendChild(document.createElement('div'));
  const editor = codemirror.editor({
    parent: inside, root: room, text: '', label: 'SPARQL query', complete, run: () => run(),
    changed: () => filling || own(editor.state.doc.toString()),
  });

  // ---- what the reader does

  $('run').addEventListener('click', () => run());
  $('stop').addEventListener('click', () => halt('Stopped.'));
  $('of').addEventListener('change', () => {
    state.of = $('of').value;
    run();
  });
  for (const id of /** @type {const} */ (['as-table', 'as-graph'])) $(id).addEventListener('click', () => {
    state.graph = id === 'as-graph';
    remember();
    present();
  });
  for (const button of every('[data-save]')) button.addEventListener('click', () => save(button.dataset.save ?? ''));
  $('copy').addEventListener('click', async () => {
    remember();
    try {
      await navigator.clipboard.writeText(location.href);
      $('copied').textContent = 'Copied.';
    } catch { // a frame may not; the address bar has it
      $('copied').textContent = 'The address of this page is the link.';
    }
  });
  $('filter').addEventListener('input', () => {
    const words = $('filter').value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    for (const [name, a] of listed) {
      const there = words.every(word => `${name} ${a.textContent}`.toLowerCase().includes(word));
      if (a.parentElement) a.parentElement.hidden = !there;
      left += +there;
    }
    for (const section of every('#list section')) section.hidden = !section.querySelector('li:not([hidden])');
    $('filtered').textContent = `${left} question${left === 1 ? '' : 's'}`;
  });
  $('library').open = matchMedia('(min-width:52rem)').matches;
  addEventListener('hashchange', read);
  opened.then(said => {
    if (said.error) {
      $('status').textContent = 'The engine could not be opened.';
      complain(said.error);
    } else $('run').disabled = false;
  });
  read();
})();
