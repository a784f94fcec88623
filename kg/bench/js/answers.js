// What kg says of the text: complaints, the outcomes that an edit changes, what if, and the expectations.
'use strict';

/** @param {Bench} bench */
function answers(bench) {
  const {view} = bench;
  let about = ''; // the text that was complained of
  let due = 0;
  /** @param {string} key */
  const label = key => bench.said.holds.nodes.find(node => node.key === key)?.label ?? key;
  /** @param {number} n @param {string} noun */
  const number = (n, noun) => `${n} ${noun}${n === 1 ? '' : 's'}`;

  /** Mends the text that was complained of; another text has other places. @param {Fix} fix */
  function mend(fix) {
    if (bench.text() === about) bench.make(fix, 'fix');
    else bench.tell('The text has changed since then: wait for kg to look at it again.');
  }
  /** @param {Said} said */
  function complaints({complaints, sound}) {
    about = bench.text();
    const errors = complaints.filter(one => one.severity === 'error').length, others = complaints.length - errors;
    $('verdict').textContent = errors ? `${number(errors, 'error')}${others ? `, ${number(others, 'remark')}` : ''}${sound ? '.' : ': not run.'}` : others ? `No error; ${number(others, 'remark')}.` : 'Nothing wrong.';
    $('verdict').dataset.wrong = String(errors > 0);
    codemirror.complain(view, complaints.map(one => {
      const fixes = one.fixes.map(fix => ({name: fix.name, apply: () => mend(fix)}));
      return {from: one.from, to: Math.max(one.from, one.to), severity: one.severity === 'hint' ? 'info' : one.severity, message: [one.message, one.help].filter(Boolean).join('\n'), fixes};
    }));
    $('complaints').replaceChildren(...complaints.map(one => make('li', {class: one.severity}, make('button', {type: 'button', onclick: () => bench.go(one.line, one.column)},
      make('strong', {}, `Line ${one.line}: `), one.message), one.help ? make('p', {class: 'note'}, one.help) : '',
      one.fixes.length ? make('p', {class: 'go'}, one.fixes.map(fix => make('button', {type: 'button', class: 'fix', onclick: () => mend(fix)}, fix.name))) : '')));
  }
  /** @param {Said} said */
  function outcomes({changed, runs, outcomes}) {
    $('changes').replaceChildren(...changed.map(({condition, node, before, after, why}) => make('li', {}, make('strong', {}, `${node}: ${before} → ${after}`), ` (${condition}). ${why}`)));
    $('nothing').hidden = changed.length > 0;
    $('runs').textContent = runs;
    const nodes = Object.keys(outcomes[0]?.values ?? {});
    $('outcomes').replaceChildren(...!nodes.length ? [] : [make('table', {}, make('caption', {}, 'Outcomes by condition'),
      make('thead', {}, make('tr', {}, make('th', {scope: 'col'}, 'Condition'), nodes.map(key => make('th', {scope: 'col'}, label(key))))),
      make('tbody', {}, outcomes.map(row => make('tr', {}, make('th', {scope: 'row'}, row.title || row.condition), nodes.map(key => make('td', {}, row.values[key]))))))]);
  }
  async function ask() {
    try {
      const run = {condition: $('condition').value, settings: {[$('node').value]: $('value').value}}, found = await bench.core.ask('answer', run);
      /** @param {Value} one */
      const list = one => [one].flat().join(' or ');
      $('result').replaceChildren(...found.error ? [make('li', {class: 'error'}, found.error)] :
        found.outcomes.map(({node, before, after}) => make('li', {}, make('strong', {}, `${label(node)}: `), list(before) === list(after) ? `${list(after)}, unchanged` : `${list(before)} → ${list(after)}`)));
      if (!$('result').childElementCount) $('result').append(make('li', {}, 'No node is declared an outcome (outcome: yes).'));
      show(found.error ? null : run);
    } catch (error) {
      bench.fail(error);
    }
  }
  /** What takes longer than the rest: how complaints are mended, and which edges no expectation tests. @param {Said} said */
  async function afterwards(said) {
    try {
      const fixes = await bench.core.ask('fixes', {text: about});
      if (bench.said !== said || bench.text() !== about) return;
      said.complaints.forEach((one, n) => { one.fixes = fixes[n] ?? []; });
      if (fixes.some(some => some.length)) complaints(said);
      if (!said.sound) return;
      const {runs, untested} = await bench.core.ask('pins', {});
      if (bench.said !== said) return;
      $('runs').textContent = runs;
      bench.untested(untested);
    } catch (error) {
      bench.fail(error);
    }
  }
  /** Shows the values of a run in the picture, or of none. @param {Run | null} run */
  function show(run) {
    bench.run = run;
    $('unask').hidden = !$('result').childElementCount;
    bench.redraw();
  }
  $('ask').addEventListener('click', ask);
  $('unask').addEventListener('click', () => {
    $('result').replaceChildren();
    show(null);
  });
  bench.hear(said => {
    complaints(said);
    clearTimeout(due);
    due = setTimeout(() => afterwards(said), 300);
    if (bench.names()) {
      fill($('condition'), [['', 'the starting state'], ...said.holds.conditions.map(({key, title}) => [key, title])]);
      fill($('node'), byName(said.holds.nodes));
    }
    if (!said.sound) return;
    outcomes(said);
    if ($('result').childElementCount) ask();
  });
}
