// The screen: what every node, set in turn, does to each outcome, as a table in colours and words. Each cell opens its run.
'use strict';

/**
 * @param {Page} page
 * @param {() => Model} load
 * @param {ReturnType<typeof questions>} question
 * @param {(node: number) => void} open what a reader does with a run
 */
function screening(page, load, question, open) {
  const ROWS = 100, COLUMNS = 30; // beyond these a table is for the command line
  /** @type {Record<Move['how'], [string, string, string, string]>} the sign and the word of a move; the same of one that goes all the way */
  const WORDS = {
    lower: ['▽', speak`reduced`, '▼', speak`lost`], higher: ['△', speak`increased`, '▲', speak`at its highest`], open: ['?', speak`may change`, '?', speak`may change`],
    split: ['≠', speak`the readings disagree`, '≠', speak`the readings disagree`], same: ['·', speak`unchanged`, '·', speak`unchanged`], set: ['=', speak`set itself`, '=', speak`set itself`]
  };
  const table = $('screened'), {posed, command} = question;
  /** @type {HTMLInputElement[]} */
  const radios = all('[name=screen]');
  let asked = '', turn = 0, place = '0,0'; // row and column of the cell that the keyboard is on

  /** @param {Asked} how */
  function show(how) {
    $('screen').hidden = !how.screen;
    if (!how.screen) return;
    $('screen-command').textContent = command(how);
    for (const radio of radios) radio.checked = radio.value === how.screen;
    $('screen-in').value = String(how.condition);
    const key = JSON.stringify([how.condition, how.reading, [...how.assume], how.screen]);
    if (key === asked) return;
    asked = key;
    const model = load(), mine = ++turn, nodes = model.levels.length;
    /** @type {Trial[]} */
    const found = [];
    for (const part of [table, $('screen-key'), $('screen-rest')]) part.replaceChildren();
    if (model.outcomes.length > COLUMNS) {
      $('screen-said').textContent = speak`No outcome is declared, so each node would be a column. The command below lists them all.`;
      return;
    }
    inSlices(trials(model, posed(how), how.screen), () => mine === turn, trial => found.push(trial),
      () => { $('screen-said').textContent = speak`${found.length} of ${nodes} nodes tried.`; }, () => draw(found, how));
  }

  /** @param {Trial[]} found @param {Asked} how */
  function draw(found, how) {
    const {moving, idle} = ranked(load(), found);
    $('screen-said').textContent = (moving.length > 1 ? speak`${moving.length} of ${found.length} nodes change an outcome.` : moving.length ? speak`${moving.length} of ${found.length} nodes changes an outcome.` : speak`None of ${found.length} nodes changes an outcome.`) + ' ' +
      (moving.length > ROWS ? `${speak`The strongest ${ROWS} are shown; the command below lists all.`} ` : '') +
      (moving.length ? speak`The strongest effects come first. Choose a cell to see its run.` : how.condition < 0 ? speak`At the start few steps may act: choose a condition.` : '');
    if (!moving.length) return;
    const columns = [...found[0].outcomes.keys()], used = columns.filter(k => moving.some(({moves}) => moves[k].how !== 'same'));
    const still = columns.filter(k => !used.includes(k)).map(k => page.label(found[0].outcomes[k].node));
    /** @type {(title: string, names: string[]) => HTMLElement[]} */
    const list = (title, names) => names.length ? [make('details', {}, make('summary', {}, `${title} (${names.length})`),
      make('p', {}, names.slice(0, ROWS).join(', ') + (names.length > ROWS ? ` ${speak`and ${names.length - ROWS} more`}` : '')))] : [];
    $('screen-rest').replaceChildren(...list(speak`Outcomes that no node changes`, still), ...list(speak`Nodes that change no outcome`, idle.map(page.label)));
    const heads = used.map(k => make('th', {scope: 'col'}, page.label(found[0].outcomes[k].node)));
    const grid = make('table', {role: 'grid'}, make('caption', {class: 'unseen'}, speak`What each node does to the outcomes; a cell opens its run`),
      make('thead', {}, make('tr', {}, make('th', {scope: 'col'}, speak(`Set ${how.screen}`)), heads)),
      make('tbody', {}, moving.slice(0, ROWS).map(({trial, moves}) => make('tr', {}, make('th', {scope: 'row'}, page.label(trial.node)),
        used.map(k => make('td', {}, cell(trial, trial.outcomes[k], moves[k], how.screen)))))));
    grid.style.setProperty('--columns', String(heads.length));
    table.replaceChildren(grid);
    const signs = [...new Map(moving.flatMap(({moves}) => moves).map(move => [face(move).join(' '), move])).values()];
    $('screen-key').replaceChildren(...signs.map(move => make('li', {}, make('span', {class: look(move), 'aria-hidden': 'true'}, face(move)[0]), ' ', face(move)[1])));
    visit(place);
  }
  /** The sign and the word of a move. @param {Move} move */
  const face = ({how, full}) => full ? WORDS[how].slice(2) : WORDS[how].slice(0, 2);
  /** @param {Move} move */
  const look = ({how, full}) => `moved ${how}${full ? ' full' : ''}`;
  /** @param {Trial} trial @param {Outcome} outcome @param {Move} move @param {string} value */
  function cell({node}, {node: outcome, before, after}, move, value) {
    const [sign, word] = face(move), now = [...new Set(after.map(shown))].join(' | ');
    const text = move.how === 'same' ? shown(before[0]) : `${shown(before[0])} → ${now}`;
    return make('button', {
      type: 'button', class: look(move), tabindex: -1, onclick: () => open(node),
      'aria-label': `${page.label(node)} ${speak(value)}: ${page.label(outcome)} ${text}, ${word}`
    }, make('span', {class: 'sign'}, sign), make('span', {}, shown(before[0])), ...move.how === 'same' ? [] : [make('span', {}, '→'), make('strong', {}, now)]);
  }

  // ---- the keyboard: one stop for the table, arrows from cell to cell

  const cells = () => [...table.querySelectorAll('tbody tr')].map(row => /** @type {HTMLButtonElement[]} */ ([...row.querySelectorAll('button')]));
  /** The cell at a place, or the nearest. @param {string} at */
  function visit(at) {
    const rows = cells(), [row, column] = at.split(',').map(Number), r = Math.max(0, Math.min(row, rows.length - 1));
    const c = Math.max(0, Math.min(column, rows[r].length - 1)), next = rows[r][c];
    for (const button of rows.flat()) button.tabIndex = button === next ? 0 : -1;
    place = `${r},${c}`;
    return next;
  }
  table.addEventListener('keydown', event => {
    const [row, column] = place.split(',').map(Number), end = 1e6;
    /** @type {Record<string, string>} */
    const to = {
      ArrowDown: `${row + 1},${column}`, ArrowUp: `${row - 1},${column}`, ArrowRight: `${row},${column + 1}`, ArrowLeft: `${row},${column - 1}`,
      Home: `${event.ctrlKey ? 0 : row},0`, End: `${event.ctrlKey ? end : row},${end}`
    };
    if (!to[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    visit(to[event.key]).focus();
  });
  table.addEventListener('focusin', event => {
    const at = target(event);
    cells().forEach((row, r) => row.forEach((button, c) => button === at && visit(`${r},${c}`)));
  });
  return {show, radios};
}
