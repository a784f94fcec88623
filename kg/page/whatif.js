// What if: the panel that sets nodes and says what follows, and what the picture shows of it. The answers are those of
// network.js. Text goes into the page as text only.
'use strict';
const make = (tag, attributes, ...inside) => { // an element; attributes by name, on... as listeners
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {}))
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null) element.setAttribute(name, value === true ? '' : value);
  element.append(...inside.flat().filter(one => one !== null && one !== ''));
  return element;
};

// page: {scene, state, label(node), say(edge), lit(), show()}; returns what explorer.js asks of it.
function whatIf(page) {
  const $ = id => document.getElementById(id), {scene, state} = page;
  const SHOWN = 30, ROWS = 40; // list items before "more"
  const none = () => ({condition: -1, values: new Map, reading: -1, assume: new Set});
  let asked = none(), wrong = [], model, now = null, more = SHOWN, search = 0;
  const there = !!$('whatif');

  const load = () => model ??= new Model(JSON.parse($('network').textContent));
  const data = () => load().data;
  const on = () => asked.condition >= 0 || asked.values.size > 0 || asked.reading >= 0 || asked.assume.size > 0;
  const plain = how => ({...how, assume: [...how.assume].sort((a, b) => a - b)});

  // ---- what the picture shows: the stop's condition during the tour, else what was asked

  function answer() {
    if (!there || wrong.length && state.tab !== 'tour') return null;
    const stop = scene.stops[state.stop - 1];
    if (state.tab === 'tour' && !(stop && stop.condition >= 0)) return null;
    if (state.tab !== 'tour' && !on()) return null;
    const how = state.tab === 'tour' ? {...none(), condition: stop.condition} : asked;
    const key = JSON.stringify([how.condition, [...how.values], how.reading, [...how.assume]]);
    if (now && now.key === key) return now;
    const found = load().ask(plain(how));
    return now = {key, how, found, changed: new Set(found.changed), title: title(how, found)};
  }
  function title(how, found) {
    const {conditions} = data(), parts = how.condition >= 0 ? [conditions[how.condition][1]] : [];
    for (const [node, value] of how.values) parts.push(`${page.label(node)} ${value}`);
    if (how.reading >= 0) parts.push(`reading: ${data().readings[how.reading].title}`);
    for (const one of how.assume) parts.push(`assumed: ${data().assumptions[one][1]}`);
    return parts.join(' · ') || 'nothing set';
  }
  const look = (node, value) => value === 'unknown' || typeof value !== 'string' ? 'open' : value === load().levels[node][0] ? 'off' : 'on';
  const SIGN = {on: '✓', off: '✕', open: '?', split: '≠'};

  function seen(node) { // how a node looks in the picture, or nothing
    if (!current || state.tab === 'tour' && !page.lit()?.nodes.has(node)) return null;
    const {found} = current, by = found.disagree.get(node);
    if (by) return {look: 'split', text: 'disagree', changed: true};
    return {look: look(node, found.after[node]), text: shown(found.after[node]), changed: current.changed.has(node), set: found.settings.has(node)};
  }
  let current = null;

  function badge(ctx, node, on, half, colour, face, scale) { // a sign and a word on the corner of a box, clear of its label
    const one = seen(node.id);
    if (!one) return;
    const far = scale < 0.36; // too small for words
    const text = far ? SIGN[one.look] : worded(node.id).said;
    const size = far ? Math.min(36, 10 / scale) : Math.max(16, Math.min(20, 10 / scale)), high = size + 9;
    ctx.font = `600 ${size}px ${face}`;
    const wide = ctx.measureText(text).width + 18, x = half[0] + 8 - wide, y = -half[1] - high + (node.lines.length > 2 || far ? 5 : 12);
    ctx.globalAlpha = on ? 1 : 0.5;
    ctx.setLineDash(one.look === 'open' || one.look === 'split' ? [4, 3] : []);
    ctx.fillStyle = one.changed ? colour.accent : colour.panel;
    ctx.strokeStyle = one.changed ? colour.panel : colour.none;
    ctx.lineWidth = 1.4;
    ctx.beginPath();
    ctx.roundRect(x, y, wide, high, one.look === 'off' ? 4 : high / 2);
    ctx.fill();
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.fillStyle = one.changed ? colour['on-accent'] : colour.ink;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'middle';
    ctx.fillText(text, x + 9, y + high / 2 + 1);
  }
  const ghost = node => seen(node)?.look === 'off'; // what is absent is drawn as an outline
  function strength(edge) { // of a line: full if the step fires
    if (!current || state.tab === 'tour' && !page.lit()?.edges.has(edge)) return 1;
    const fires = current.found.fires(edge);
    if (fires === null && state.tab === 'tour') return 1; // it is not run, and the stop lights it all the same
    return fires === 1 ? 1 : fires === -1 ? 0.6 : 0.3;
  }

  // ---- the panel

  const value = (node, one, split) => make('span', {class: `value ${split || look(node, one)}`}, shown(one));
  const nodeLink = node => make('button', {type: 'button', class: 'link', 'data-node': node}, page.label(node));
  const edgeLink = edge => make('button', {type: 'button', class: 'link', 'data-edge': edge}, page.say(edge));
  const list = (items, attributes) => make('ul', {class: 'plain', ...attributes}, items.map(one => make('li', {}, one)));
  const join = items => items.flatMap((one, n) => n ? [', ', one] : [one]);
  const nodes = numbers => join(numbers.map(page.label)).join('');

  function because(why) {
    if (!why) return '';
    if (why.kind === 'subject') return why.open ? `it is unknown whether ${page.label(why.node)} is present` : `${page.label(why.node)} is ${shown(current.found.after[why.node])}`;
    if (why.kind === 'requires') return `it needs ${page.label(why.node)}${data().levels[why.node] ? ` at ${why.level}` : ''}, which is ${shown(current.found.after[why.node])}`;
    if (why.kind === 'unless') return `${page.label(why.node)} ${why.open ? 'may be' : 'is'} present`;
    return [why.open ? 'it may be blocked: ' : 'it is blocked: ', edgeLink(why.edge)];
  }
  const missing = one => one.kind === 'effect' ? `how far this goes: ${page.say(one.of)}` : `whether ${page.label(one.of)} is present`;
  const observation = ([relation, than]) => `${relation} ${relation === 'is' ? than : `under “${data().conditions[than][1]}”`}`;

  function stands(step) { // what a step rests on: a sentence, then the parts
    const {said, taxa, common} = data(), count = step.restsOn.length;
    const species = step.species.map(([taxon, n]) => `${taxon < 0 ? 'not stated' : taxa[taxon] === common[taxon] ? taxa[taxon] : common[taxon]} ${n}`);
    const scope = $('whatif').dataset.scope;
    return make('details', {}, make('summary', {}, count ? `Rests on ${count} step${count > 1 ? 's' : ''}` : 'Rests on no step', step.weakest < 0 ? '' : `; weakest link: ${said[step.weakest]}`),
      count ? make('p', {}, `Sources: ${load().rests(step.restsOn)}.`) : '',
      species.length ? make('p', {}, `Species, by step: ${species.join(', ')}${scope ? `; of the whole the source says: ${scope}` : ''}.`) : '',
      step.closed.length ? make('p', {}, `Assumed that nothing unlisted causes ${nodes(step.closed)}.`) : '',
      count ? list(step.restsOn.map(edge => [edgeLink(edge), make('span', {class: 'meta'}, ` · ${load().rests([edge])}`)])) : '');
  }

  function item(node) {
    const {found} = current, step = found.step(node), by = found.disagree.get(node);
    const titles = found.readings.map(n => data().readings[n].title);
    const parts = [make('p', {class: 'change'}, nodeLink(node), ' ', make('span', {class: 'meta'}, shown(found.before[node])), ' → ',
      by ? value(node, [...new Set(by.map(shown))].join(' | '), 'split') : value(node, found.after[node]))];
    const status = step.status + (step.under.length ? ` “${step.under.map(n => data().assumptions[n][1]).join('”, “')}”` : '');
    parts.push(make('p', {class: 'status'}, make('strong', {}, status), step.observed.length ? `: ${step.observed.map(observation).join('; ')}` : ''));
    if (by) parts.push(list(by.map((one, k) => [`${titles[k]}: `, value(node, one)]), {class: 'plain readings'}));
    if (step.because.length) parts.push(list(step.because.map(b => {
      const word = b.fires === 1 ? 'acts' : b.fires === 0 ? 'does not act' : 'open';
      return [make('span', {class: `fires ${['open', 'no', 'yes'][b.fires + 1]}`}, word), ' ', edgeLink(b.edge), make('span', {class: 'meta'}, b.why ? [' because ', because(b.why)] : '', ` · ${load().rests([b.edge])}`)];
    }), {class: 'plain because'}));
    if (step.status === 'unknown') parts.push(make('p', {class: 'meta'}, step.missing.length ? `Not settled: ${step.missing.map(missing).join('; ')}.` :
      'It depends on its own history: a loop that nothing settles.'));
    if (!step.missing.length && step.status !== 'unknown') parts.push(stands(step));
    return make('li', {'data-step': scene.nodes[node].key}, parts);
  }

  function results() {
    $('answer').hidden = !current;
    if (!current || state.tab === 'tour') return;
    const {found} = current, changed = found.changed.filter(node => !found.settings.has(node) || found.disagree.has(node));
    const outcomes = data().outcomes.filter(node => !found.settings.has(node));
    announce(changed, outcomes);
    if (state.tab !== 'runs') return;
    $('given').replaceChildren(...[...found.settings].flatMap(([node, one], n) => [n ? '; ' : '', page.label(node), ' ', make('strong', {}, one)]));
    $('command').textContent = command(current.how);
    $('outcomes').replaceChildren(...outcomes.flatMap(node => {
      const by = found.disagree.get(node);
      return [make('dt', {}, page.label(node)), make('dd', {}, by ? value(node, [...new Set(by.map(shown))].join(' | '), 'split') : value(node, found.after[node]))];
    }));
    $('follows').replaceChildren(...changed.slice(0, more).map(item));
    $('more').hidden = changed.length <= more;
    $('more').textContent = `Show ${Math.min(SHOWN, changed.length - more)} more of ${changed.length}`;
  }
  function command(how) { // that gives this answer outside of the page
    const {conditions, readings, assumptions} = data(), words = ['kg', 'whatif', scene.id];
    if (how.condition >= 0) words.push('--in', conditions[how.condition][0]);
    for (const [node, one] of how.values) words.push('--set', `${scene.nodes[node].key}=${one}`);
    if (how.reading >= 0) words.push('--reading', readings[how.reading].key);
    for (const one of how.assume) words.push('--assume', assumptions[one][0]);
    return words.map(word => /^[\w.=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  }
  function announce(changed, outcomes) { // to a reader who does not see the picture
    const {found} = current, differ = found.disagree.size, said = outcomes.map(node => `${page.label(node)}: ${found.disagree.has(node) ? 'the readings disagree' : shown(found.after[node])}`);
    const text = `${changed.length ? `${changed.length} node${changed.length > 1 ? 's' : ''} change${changed.length > 1 ? '' : 's'}` : 'Nothing changes'}` +
      `${differ ? `, ${differ} of them only in some readings` : ''}. ${said.slice(0, 4).join('. ')}${said.length ? '.' : ''}`;
    if ($('said').textContent !== text) $('said').textContent = text;
  }

  function rows() { // one choice for each node that was found; those that are set come first
    const wanted = $('set-find').value.trim().toLowerCase();
    const fits = node => page.label(node).toLowerCase().includes(wanted) || scene.nodes[node].key.toLowerCase().includes(wanted);
    const every = scene.nodes.map((_, node) => node).filter(node => asked.values.has(node) || fits(node));
    every.sort((a, b) => asked.values.has(b) - asked.values.has(a) || a - b);
    $('set-rows').replaceChildren(...every.slice(0, ROWS).map(node => make('div', {class: 'set-row'}, ...chooser(node, 'set-'))));
    $('set-more').textContent = every.length > ROWS ? `${every.length - ROWS} more: type a part of the name.` : every.length ? '' : 'No node is called that.';
  }
  function chooser(node, prefix) {
    const id = prefix + node, levels = load().levels[node];
    const options = ['', ...levels, 'unknown'].map(one => make('option', {value: one, selected: (asked.values.get(node) || '') === one}, one || 'as it follows'));
    const select = make('select', {id, onchange: () => {
      select.value ? asked.values.set(node, select.value) : asked.values.delete(node);
      changed();
    }}, options);
    return [make('label', {for: id}, page.label(node)), select];
  }
  function changed() { // the reader set something
    wrong = [];
    more = SHOWN;
    page.show();
  }

  function controls() {
    for (const button of document.querySelectorAll('[data-condition]')) button.setAttribute('aria-pressed', +button.dataset.condition === asked.condition);
    for (const radio of document.querySelectorAll('[name=reading]')) radio.checked = +radio.value === asked.reading;
    for (const box of document.querySelectorAll('[data-assume]')) box.checked = asked.assume.has(+box.dataset.assume);
    $('set-count').textContent = asked.values.size ? `${asked.values.size} set` : '';
    $('unset').hidden = !on() && !wrong.length;
    $('wrong').replaceChildren(...wrong.length ? [make('p', {}, make('strong', {}, 'This link asks for what cannot be, so nothing was run.')), list(wrong)] : []);
    if (state.tab !== 'runs') return;
    for (const select of $('set-rows').querySelectorAll('select')) select.value = asked.values.get(+select.id.slice(4)) || '';
    if ($('setting').open && !$('set-rows').children.length) rows();
  }

  function show() { // called whenever the page shows its state
    $('bar').hidden = true;
    $('values').replaceChildren();
    if (!there) return;
    current = answer();
    controls();
    results();
    $('running').hidden = !current || state.tab === 'tour'; // the stop itself says what is given
    $('bar').hidden = $('running').hidden;
    $('running-title').textContent = current ? current.title : '';
    const which = current ? scene.nodes.map((_, node) => node).filter(node => scene.drawn && seen(node)) : [];
    $('values').replaceChildren(...which.map(node => {
      const one = seen(node);
      return make('li', {}, `${page.label(node)}: ${one.look === 'split' ? 'the readings disagree' : one.text}${one.set ? ', set' : one.changed && one.look !== 'split' ? `, changed from ${shown(current.found.before[node])}` : ''}`);
    }));
  }

  // ---- which experiment tells the readings apart: looked for in slices, so that the page stays alive

  function apart() {
    const run = ++search, work = load().discriminate([...asked.assume].sort((a, b) => a - b)), found = [];
    let tried = 0;
    const slice = () => {
      if (run !== search) return;
      const until = performance.now() + 25;
      while (performance.now() < until) {
        const {value: one, done} = work.next();
        if (done) return told(found, tried);
        one ? found.push(one) : tried++;
      }
      $('apart-said').textContent = `Looking: ${tried} interventions tried.`;
      setTimeout(slice);
    };
    $('experiments').replaceChildren();
    slice();
  }
  function told(found, tried) {
    const {conditions, readings} = data();
    $('apart-said').textContent = found.length ? `${found.length} experiment${found.length > 1 ? 's' : ''} on which the readings predict different outcomes:` :
      `No intervention among the ${tried} that were tried tells the readings apart.`;
    $('experiments').replaceChildren(...found.map(one => make('li', {},
      make('p', {}, make('strong', {}, [...(one.condition < 0 ? [] : [conditions[one.condition][1]]), ...[...one.values].map(([node, v]) => `${page.label(node)} ${v}`)].join(' + '))),
      list(one.outcomes.map(([node, by]) => `${page.label(node)}: ${by.map((v, n) => `${v} (${readings[n].title})`).join(', ')}`)),
      make('button', {type: 'button', onclick: () => {
        asked = {...none(), condition: one.condition, values: new Map(one.values), assume: asked.assume};
        changed();
        $('answer').scrollIntoView({block: 'nearest'});
      }}, 'Run it'))));
  }

  // ---- the address

  const split = text => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)];
  function read(hash) {
    asked = none();
    wrong = [];
    if (!there || !['in', 'set', 'reading', 'assume'].some(key => hash.has(key))) return;
    const {conditions, readings, assumptions} = data();
    const find = (rows, key, what) => {
      const n = rows.findIndex(row => (row.key ?? row[0]) === key);
      if (n < 0) wrong.push(`No ${what} is called “${key}”.`);
      return n;
    };
    const once = (key, what) => hash.getAll(key).length > 1 && wrong.push(`More than one ${what} is asked for.`);
    once('in', 'condition');
    once('reading', 'reading');
    if (hash.has('in')) asked.condition = find(conditions, hash.get('in'), 'condition');
    if (hash.has('reading')) asked.reading = find(readings, hash.get('reading'), 'reading');
    for (const key of hash.getAll('assume')) asked.assume.add(find(assumptions, key, 'assumption'));
    for (const text of hash.getAll('set')) {
      const [key, one] = split(text), node = scene.nodes.findIndex(n => n.key === key);
      if (!text.includes('=')) wrong.push(`“${text}” sets nothing: it should be NODE=VALUE.`);
      else if (node < 0) wrong.push(`No node is called “${key}”.`);
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
  function write(hash) {
    if (!on()) return;
    const {conditions, readings, assumptions} = data();
    if (asked.condition >= 0) hash.set('in', conditions[asked.condition][0]);
    for (const [node, one] of asked.values) hash.append('set', `${scene.nodes[node].key}=${one}`);
    if (asked.reading >= 0) hash.set('reading', readings[asked.reading].key);
    for (const one of asked.assume) hash.append('assume', assumptions[one][0]);
  }

  function card(article, what) { // a node's card can set it
    if (!there || what[0] !== 'n') return;
    const node = +what.slice(1);
    if (!$('card-' + node)) {
      const [label, select] = chooser(node, 'card-');
      label.textContent = 'In a what-if, this is';
      article.querySelector('.chips').after(make('div', {class: 'set-row set-here'}, label, select, make('p', {class: 'meta'})));
    }
    $('card-' + node).value = asked.values.get(node) || '';
    const one = current && state.tab !== 'tour' && seen(node), by = one && current.found.disagree.get(node);
    article.querySelector('.set-here p').textContent = !one ? '' : by ? `The readings disagree: ${by.map(shown).join(' | ')}.` :
      `Now: ${one.text}${one.set ? ', set' : one.changed ? `; at the start: ${shown(current.found.before[node])}` : ', as at the start'}.`;
  }

  // ---- wiring

  if (there) {
    document.addEventListener('click', event => {
      const button = event.target.closest('[data-condition],[data-try]');
      if (!button) return;
      const {condition} = button.dataset;
      if (condition) asked.condition = asked.condition === +condition ? -1 : +condition;
      else {
        asked = {...none(), condition: +button.dataset.try};
        state.tab = 'runs';
        state.pick = '';
      }
      changed();
    });
    for (const radio of document.querySelectorAll('[name=reading]')) radio.addEventListener('change', () => {
      asked.reading = +radio.value;
      changed();
    });
    for (const box of document.querySelectorAll('[data-assume]')) box.addEventListener('change', () => {
      box.checked ? asked.assume.add(+box.dataset.assume) : asked.assume.delete(+box.dataset.assume);
      changed();
    });
    const stop = focus => () => {
      asked = none();
      changed();
      $(focus).focus({preventScroll: true});
    };
    $('unset').addEventListener('click', stop('runs'));
    $('stop-run').addEventListener('click', stop('stage'));
    $('more').addEventListener('click', () => {
      const first = more;
      more += SHOWN;
      results();
      $('follows').children[first].querySelector('button').focus();
    });
    $('set-find').addEventListener('input', rows);
    $('setting').addEventListener('toggle', () => { // built anew at each opening, and never under the reader's hand
      if (!$('setting').open) $('set-rows').replaceChildren();
      else if (!$('set-rows').children.length) rows();
    });
    if ($('apart')) $('apart').addEventListener('click', apart);
  }
  const headline = () => current ? `What if: ${current.title}` : ''; // of what the picture shows
  const worded = node => { // its mark, in words
    const one = seen(node);
    return one && {...one, said: `${SIGN[one.look]} ${one.set ? 'set: ' : ''}${one.text}`};
  };
  return {title: headline, value: worded, show, read, write, card, badge, ghost, strength, asked: () => there && on()};
}
