// Which experiment tells the readings apart: looked for in slices, so that the page stays alive.
'use strict';

/**
 * @param {Page} page
 * @param {() => Model} load
 * @param {() => number[]} assumed
 * @param {(one: Experiment) => void} run what a reader does with an experiment
 */
function experiments(page, load, assumed, run) {
  const SLICE = 25; // ms
  let turn = 0;

  function look() {
    const mine = ++turn, work = load().discriminate(assumed());
    /** @type {Experiment[]} */
    const found = [];
    let tried = 0;
    function slice() {
      if (mine !== turn) return;
      const until = performance.now() + SLICE;
      while (performance.now() < until) {
        const {value: one, done} = work.next();
        if (done) return show(found, tried);
        if (one) found.push(one);
        else tried++;
      }
      $('apart-said').textContent = `Looking: ${tried} interventions tried.`;
      setTimeout(slice);
    }
    $('experiments').replaceChildren();
    slice();
  }
  /** @param {Experiment[]} found @param {number} tried */
  function show(found, tried) {
    const {conditions, readings} = load().data;
    $('apart-said').textContent = found.length ? `${found.length} experiment${found.length > 1 ? 's' : ''} on which the readings predict different outcomes:` :
      `No intervention among the ${tried} that were tried tells the readings apart.`;
    $('experiments').replaceChildren(...found.map(one => {
      const given = [...(one.condition < 0 ? [] : [conditions[one.condition][1]]), ...[...one.values].map(([node, v]) => `${page.label(node)} ${v}`)];
      const said = one.outcomes.map(([node, by]) => [`${page.label(node)}: ${by.map((v, n) => `${v} (${readings[n].title})`).join(', ')}`]);
      return make('li', {}, make('p', {}, make('strong', {}, given.join(' + '))), items(said), make('button', {type: 'button', onclick: () => run(one)}, 'Run it'));
    }));
  }
  $('apart')?.addEventListener('click', look);
}
