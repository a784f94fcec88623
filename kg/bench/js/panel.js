// Beside the answers: expectations as they turn, steps that no expectation depends on, every node set in turn, and what changed since
// the text was opened. What takes long is asked only while it is unfolded.
'use strict';

/** @param {Bench} bench */
function running(bench) {
  /** @param {Said} said */
  function expectations({expectations}) {
    $('expectations').replaceChildren(...expectations.map(({words, state, was, value, line}) => make('li', {class: state}, make('button', {type: 'button', onclick: () => bench.go(line, 1)},
      make('strong', {}, `${state}${was ? `, ${was} before` : ''}: `), words), ` (${value})`)));
  }
  bench.untested = names => {
    $('unpinned').hidden = !names.length;
    $('unpinned-count').textContent = String(names.length);
    $('unpinned-steps').replaceChildren(...names.map(name => {
      const edge = bench.said.holds.edges.find(one => one.name === name);
      return make('li', {}, edge ? make('button', {type: 'button', onclick: () => bench.go(edge.line, 1)}, edge.words) : name);
    }));
  };
  async function screen() {
    if (!$('screen').open || !bench.said.sound) return;
    const {outcomes, rows} = await bench.core.ask('screen', {condition: $('condition').value, value: $('value').value});
    $('screened').replaceChildren(outcomes.length ? make('table', {},
      make('caption', {}, `Each node ${$('value').value}, in ${$('condition').selectedOptions[0]?.text ?? ''}: what each outcome is then. ↑ higher, ↓ lower, ≠ other than without.`),
      make('thead', {}, make('tr', {}, make('th', {scope: 'col'}, 'Node'), outcomes.map(({label, before}) => make('th', {scope: 'col'}, `${label} (${before})`)))),
      make('tbody', {}, rows.map(({label, cells}) => make('tr', {}, make('th', {scope: 'row'}, label),
        cells.map(({after, way}) => make('td', {class: way}, `${{higher: '↑ ', lower: '↓ ', other: '≠ ', same: ''}[way]}${after}`)))))) : 'There is nothing to run.');
  }
  async function changes() {
    if (!$('since').open || !bench.said.sound) return;
    try {
      $('since-text').textContent = bench.text() === bench.opened.text ? 'Nothing changed.' : await bench.core.ask('changes', {text: bench.text()});
    } catch (error) {
      $('since-text').textContent = error instanceof Error ? error.message : String(error);
    }
  }
  /** @param {() => Promise<void>} asked */
  const safely = asked => () => asked().catch(bench.fail);
  $('screen').addEventListener('toggle', safely(screen));
  $('condition').addEventListener('change', safely(screen));
  $('value').addEventListener('change', safely(screen));
  $('since').addEventListener('toggle', safely(changes));
  bench.hear(async said => {
    if (!said.sound) return;
    expectations(said);
    await screen();
    await changes();
  });
}
