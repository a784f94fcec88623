// Which experiment tells the readings apart: looked for in slices, so that the page stays alive.
'use strict';

/**
 * Takes what a generator yields, in slices of time between which the page answers; the first slice at once.
 * @template T
 * @param {Generator<T, void>} work
 * @param {() => boolean} wanted whether the rest is still asked for
 * @param {(one: T) => void} take
 * @param {() => void} pause after each slice but the last
 * @param {() => void} end
 */
function inSlices(work, wanted, take, pause, end) {
  const SLICE = 25; // ms
  (function slice() {
    if (!wanted()) return;
    const until = performance.now() + SLICE;
    do {
      const {value, done} = work.next();
      if (done) return end();
      take(value);
    } while (performance.now() < until);
    pause();
    setTimeout(slice);
  })();
}

/**
 * @param {Page} page
 * @param {() => Model} load
 * @param {() => number[]} assumed
 * @param {(one: Experiment) => void} run what a reader does with an experiment
 */
function experiments(page, load, assumed, run) {
  let turn = 0;

  function look() {
    const mine = ++turn;
    /** @type {Experiment[]} */
    const found = [];
    let tried = 0;
    $('experiments').replaceChildren();
    inSlices(load().discriminate(assumed()), () => mine === turn, one => one ? found.push(one) : tried++,
      () => { $('apart-said').textContent = speak`Searching: ${tried} interventions tried.`; }, () => show(found, tried));
  }
  /** @param {Experiment[]} found @param {number} tried */
  function show(found, tried) {
    const {conditions, readings} = load().data;
    $('apart-said').textContent = found.length > 1 ? speak`${found.length} experiments on which the readings predict different outcomes:` :
      found.length ? speak`One experiment on which the readings predict different outcomes:` :
        speak`No intervention among the ${tried} that were tried tells the readings apart.`;
    $('experiments').replaceChildren(...found.map(one => {
      const given = [...(one.condition < 0 ? [] : [conditions[one.condition][1]]), ...[...one.values].map(([node, v]) => `${page.label(node)} ${speak(v)}`)];
      const said = one.outcomes.map(([node, by]) => [`${page.label(node)}: ${by.map((v, n) => `${shown(v)} (${readings[n].title})`).join(', ')}`]);
      return make('li', {}, make('p', {}, make('strong', {}, given.join(' + '))), items(said), make('button', {type: 'button', onclick: () => run(one)}, speak`Run it`));
    }));
  }
  $('apart')?.addEventListener('click', look);
}
