// What if: the panel that asks, and what the picture shows of a run. The answers are those of model.js. Text goes into the
// page as text only.
'use strict';

/** What a question sets: how it was asked, what follows, and what it is called. @typedef {{key: string, how: Asked, found: Answer, changed: Set<number>, title: string}} Current */

/** @param {Page} page */
function whatIf(page) {
  const {scene, state} = page, panel = $('whatif');
  const SHOWN = 30; // list items before "more"
  /** @type {Model | undefined} */
  let model;
  const load = () => model ??= new Model(JSON.parse($('network').textContent ?? ''));
  const data = () => load().data;
  const names = namesOf(page), question = questions(page, load, names), {none, sets, posed, against} = question;
  let asked = none(), more = SHOWN;
  /** @type {string[]} */
  let wrong = [];
  /** @type {Current | null} */
  let last = null;
  /** @type {Current | null} */
  let current = null;
  const {look, value, item, context} = follows(page, load);
  const setFirst = panel && settings(page, load, names, 'set', () => asked.values, changed);
  const setThen = panel && settings(page, load, names, 'then', () => asked.then, changed);
  const heat = panel && screening(page, load, question, node => {
    asked = {...asked, values: new Map([[node, asked.screen]]), screen: ''};
    changed();
    $('runs').scrollTop = 0;
    $('runs').focus({preventScroll: true});
    $('outcome').scrollIntoView({block: 'nearest'});
  });

  // ---- what the picture shows: the stop's condition during the tour, else what was asked

  /** @returns {Current | null} */
  function answer() {
    const touring = state.tab === 'tour', stop = scene.stops[state.stop - 1];
    if (touring ? !stop || stop.condition < 0 : wrong.length || !sets(asked)) return null;
    const how = touring ? {...none(), condition: stop.condition} : asked;
    const key = JSON.stringify([how.condition, [...how.values], [...how.then], how.reading, [...how.assume], how.against]);
    if (last && last.key === key) return last;
    const found = load().ask(posed(how));
    return last = {key, how, found, changed: new Set(found.changed), title: question.title(how)};
  }

  /** Whether two pictures are shown: the run, and beside it what it is compared with. */
  const paired = () => !!current && asked.beside && !asked.screen && state.tab !== 'tour';
  const now = sideOf(page, look, () => current && {side: current.found, other: paired() ? current.found.compared : null, changed: current.changed});
  const compared = sideOf(page, look, () => current && paired() ? {side: current.found.compared, other: current.found, changed: current.changed} : null);
  const {seen} = now;

  // ---- the panel

  /** @param {boolean} [everywhere] whatever tab is open, as on paper */
  function results(everywhere) {
    $('answer').hidden = $('outcome').hidden = !current || !!asked.screen;
    if (!current || state.tab === 'tour') return;
    const {found, how} = current, changed = found.changed.filter(node => !found.settings.has(node) || found.disagree.has(node));
    const outcomes = data().outcomes.filter(node => !found.settings.has(node));
    announce(found, changed, outcomes);
    if (state.tab !== 'runs' && !everywhere || asked.screen) return;
    $('given').replaceChildren(...given(found.first), ...how.then.size ? [speak`. Then, from where that ended:`, ' ', ...given(how.then)] : []);
    $('context').replaceChildren(...context(found));
    $('command').textContent = question.command(how);
    $('against').textContent = outcomes.length ? speak`Outcomes, compared with ${against(found, how)}` : speak`Compared with ${against(found, how)}`;
    $('outcomes').replaceChildren(...outcomes.flatMap(node => [make('dt', {}, page.label(node)), make('dd', {},
      found.changed.includes(node) ? `${shown(found.before[node])} → ` : '', value(found, node),
      found.changed.includes(node) ? '' : make('span', {class: 'meta'}, ' ', speak`unchanged`), ...meets(found, node))]));
    // an outcome that stays is explained, too, and so is a node where opposite steps meet
    const listed = [...new Set([...changed, ...outcomes, ...found.opposed.map(({node}) => node)])];
    $('follows').replaceChildren(...listed.slice(0, more).map(node => {
      const told = item(found, node);
      told.append(...meets(found, node));
      return told;
    }));
    if (!listed.length) $('follows').append(make('li', {}, speak`Nothing changes`, '.'));
    $('more').hidden = listed.length <= more;
    $('more').textContent = speak`Show ${Math.min(SHOWN, listed.length - more)} more of ${listed.length}`;
  }
  /** What was set, in words. @param {Settings} some */
  const given = some => some.size ? [...some].flatMap(([node, one], n) => [n ? '; ' : '', page.label(node), ' ', make('strong', {}, speak(one))]) : [speak`nothing`];
  /** Opposite steps that leave a node open, or contradict each other on it. @param {Answer} found @param {number} node */
  const meets = (found, node) => found.step(node).opposed.map(one => {
    const [up, down] = [one.increase, one.decrease].map(edge => `${page.say(edge)} (${supported(load(), edge)})`);
    return make('p', {class: 'meta opposed'}, speak`${up} against ${down}; ${settles(load(), one)}`);
  });
  /** To a reader who does not see the picture. @param {Answer} found @param {number[]} changed @param {number[]} outcomes */
  function announce(found, changed, outcomes) {
    const differ = found.disagree.size, said = outcomes.map(node => `${page.label(node)}: ${found.disagree.has(node) ? speak`the readings disagree` : shown(found.after[node])}${found.changed.includes(node) && !found.disagree.has(node) ? speak`, was ${shown(found.before[node])}` : ''}`);
    const text = `${changed.length > 1 ? speak`${changed.length} nodes change` : changed.length ? speak`${changed.length} node changes` : speak`Nothing changes`}` +
      `${differ ? speak`, ${differ} of them only in some readings` : ''}. ${said.slice(0, 4).join('. ')}${said.length ? '.' : ''}`;
    if ($('said').textContent !== text) $('said').textContent = text;
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
    $('unset').hidden = !sets(asked) && !wrong.length;
    $('wrong').replaceChildren(...wrong.length ? [make('p', {}, make('strong', {}, speak`This link asks for something impossible, so nothing was run.`)), items(wrong.map(one => [one]))] : []);
    for (const button of all('[data-ask]')) button.setAttribute('aria-pressed', String(button.dataset.ask === (asked.screen ? 'all' : 'one')));
    $('compare').value = asked.against === null ? '' : String(asked.against);
    for (const part of all('#whatif .one')) part.hidden = !!asked.screen;
    if (state.tab !== 'runs') return;
    for (const part of [setFirst, setThen]) part?.show();
    heat?.show(asked);
  }

  const narrow = matchMedia('(max-width: 860px), (max-height: 559px)');
  function heads() { // above two pictures: what each shows, and its outcomes, first those that differ
    const {found, how} = current ?? {}, parts = [$('other-of'), $('net-of')], pair = paired() && found && how;
    document.body.dataset.pair = String(!!pair);
    for (const part of parts) part.hidden = !pair;
    if (!pair) return;
    const most = narrow.matches ? 3 : 6; // the panel lists all
    const apart = data().outcomes.filter(node => differs(found, found.compared, node)), rest = data().outcomes.filter(node => !apart.includes(node));
    const listed = [...apart, ...rest].slice(0, most), left = data().outcomes.length - listed.length, unseen = Math.max(0, apart.length - most), names = question.sides(found, how);
    [found.compared, found].forEach((side, n) => parts[n].replaceChildren(make('strong', {}, names[n]), make('ul', {},
      listed.map(node => make('li', apart.includes(node) ? {class: 'filled'} : {}, apart.includes(node) ? 'Δ ' : '', `${page.label(node)}: `, worded(side, node))),
      left ? make('li', {}, unseen ? speak`and ${left} more in the panel, ${unseen} of them Δ` : speak`and ${left} more in the panel`) : '')));
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
    $('pair').hidden = !!asked.screen;
    $('pair').setAttribute('aria-pressed', String(paired()));
    heads();
    $('running-title').textContent = now ? now.title : '';
    if (now && scene.drawn) $('values').replaceChildren(...scene.nodes.flatMap((_, node) => {
      const one = seen(node);
      if (!one) return [];
      const also = one.set ? speak`, set` : one.changed && one.look !== 'split' ? speak`, changed from ${shown(now.found.before[node])}` : '';
      return [make('li', {}, `${page.label(node)}: ${one.look === 'split' ? speak`the readings disagree` : one.text}${also}`)];
    }));
  }

  // ---- the address

  /** @param {URLSearchParams} hash */
  function read(hash) {
    const asks = panel && ['in', 'set', 'then', 'reading', 'assume', 'against', 'screen'].some(key => hash.has(key));
    ({asked, wrong} = asks ? question.read(hash) : {asked: none(), wrong: []});
  }
  /** @param {URLSearchParams} hash */
  function write(hash) {
    if (panel && (sets(asked) || asked.screen)) question.write(hash, asked);
  }

  /** A node's card can set it. @param {HTMLElement} article @param {Part} what */
  function card(article, what) {
    if (!setFirst || what[0] !== 'n') return;
    const node = +what.slice(1);
    if (!$(`card-${node}`))
      article.querySelector('.chips')?.after(make('div', {class: 'set-row set-here'}, ...setFirst.chooser(node, `card-${node}`, speak`In a what-if, this is`), make('p', {class: 'meta'})));
    /** @type {HTMLSelectElement} */ ($(`card-${node}`)).value = asked.values.get(node) || '';
    const one = state.tab === 'tour' ? null : seen(node), by = current?.found.disagree.get(node);
    const to = current?.found.against ?? 0, when = current && against(current.found, current.how), where = to >= 0 ? speak`in ${when ?? ''}` : to === AGAINST.start ? speak`at the start` : when;
    /** @type {Element} */ (article.querySelector('.set-here p')).textContent = !one || !current ? '' : by ? speak`The readings disagree: ${by.map(shown).join(' | ')}.` :
      `${speak`Now: ${one.text}`}${one.set ? speak`, set` : one.changed ? `; ${where}: ${shown(current.found.before[node])}` : speak`, as ${where ?? ''}`}.`;
  }

  // ---- wiring

  if (panel) {
    document.addEventListener('click', event => {
      const button = /** @type {HTMLElement | null} */ (target(event).closest('[data-condition],[data-try],[data-ask]'));
      if (!button) return;
      const {condition, ask} = button.dataset;
      if (ask) asked = {...asked, screen: ask === 'one' ? '' : asked.screen || 'absent', ...ask === 'all' && {values: new Map, then: new Map, against: null}};
      else if (condition) asked.condition = asked.condition === +condition ? -1 : +condition;
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
    for (const radio of heat?.radios ?? []) radio.addEventListener('change', () => {
      asked.screen = radio.value === 'present' ? 'present' : 'absent';
      changed();
    });
    $('compare').addEventListener('change', () => {
      asked.against = $('compare').value === '' ? null : +$('compare').value;
      changed();
    });
    $('screen-in').addEventListener('change', () => {
      asked.condition = +$('screen-in').value;
      changed();
    });
    /** @type {(focus: 'runs' | 'stage') => () => void} */
    const stop = focus => () => {
      asked = {...none(), screen: asked.screen};
      changed();
      $(focus).focus({preventScroll: true});
    };
    $('pair').addEventListener('click', () => {
      asked.beside = !asked.beside;
      changed();
    });
    $('unset').addEventListener('click', stop('runs'));
    $('stop-run').addEventListener('click', stop('stage'));
    $('more').addEventListener('click', () => {
      const from = more;
      more += SHOWN;
      results();
      $('follows').children[from].querySelector('button')?.focus();
    });
    experiments(page, load, () => posed(asked).assume ?? [], ({condition, values}) => {
      asked = {...none(), condition, values: new Map(values), assume: asked.assume};
      changed();
      $('answer').scrollIntoView({block: 'nearest'});
    });
  }
  const headline = () => current ? speak`What if: ${current.title}` : ''; // of what the picture shows
  return {...now, print: () => panel && results(true), compared, paired, title: headline, show, read, write, card, asked: () => !!panel && sets(asked)};
}
