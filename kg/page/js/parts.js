// The parts of the picture for the keyboard and for screen readers: a button over each box and each line that is shown, one
// of them in the order of tabs. Arrow keys follow steps from box to line to box.
'use strict';

/**
 * @param {Page} page
 * @param {Shown} shown
 * @param {{choose: (what: Part) => void, reveal: (at: Point) => void, glow: (what: Part) => void}} picture
 */
function parts(page, shown, {choose, reveal, glow}) {
  const {scene, state, run, yours} = page, layer = $('parts');
  /** In the order of reading: each box, then the lines that leave it. @type {Map<Part, HTMLElement>} */
  const buttons = new Map;
  /** Lines as they follow a box, and those that lead to it, a condition's among the first. @type {{out: Map<Part, Part[]>, into: Map<Part, Part[]>}} */
  const steps = {out: new Map, into: new Map};
  /** The part in the order of tabs; of a line also the box from which it was reached, and the lines beside it. */
  let here = '', origin = '';
  /** @type {Part[]} */
  let beside = [];

  /** @param {Map<Part, Part[]>} at @param {Part} box @param {Part} line */
  const add = (at, box, line) => { at.set(box, [...new Set([...at.get(box) ?? [], line])]); };
  const edge = (/** @type {Part} */ what) => scene.edges[+what.slice(1)];
  /** Boxes by columns, from above in each. @param {Box[]} some */
  const ordered = some => [...some].sort((a, b) => Math.round(a.x / a.wide) - Math.round(b.x / b.wide) || a.y - b.y);

  function build() { // anew when other parts are drawn
    const held = layer.contains(document.activeElement);
    buttons.clear();
    steps.out.clear();
    steps.into.clear();
    /** @type {Map<Part, ReadyLine>} */
    const lines = new Map;
    for (const line of shown.lines) if (line.edge >= 0) {
      const what = 'e' + line.edge, {from, to} = scene.edges[line.edge];
      if (line.node < 0 || !lines.has(what)) lines.set(what, line);
      add(steps.out, 'n' + (line.node < 0 ? from : line.node), what);
      if (line.node < 0) add(steps.into, 'n' + to, what);
    }
    for (const box of ordered(shown.boxes)) {
      place('n' + box.id, box, box);
      for (const what of steps.out.get('n' + box.id) ?? []) placeLine(what, lines.get(what));
    }
    for (const [what, line] of lines) placeLine(what, line);
    layer.firstElementChild?.replaceChildren(...buttons.values());
    origin = '';
    beside = [];
    show();
    if (held) buttons.get(here)?.focus({preventScroll: true});
  }
  /** @param {Part} what @param {ReadyLine | undefined} line */
  function placeLine(what, line) {
    if (line && !buttons.has(what)) place(what, {x: line.at[0], y: line.at[1]}, null);
  }
  /** @param {Part} what @param {Point} at @param {Box | null} box */
  function place(what, at, box) {
    const button = make('button', {type: 'button', class: box ? 'part' : 'part edge', tabindex: -1, onclick: () => {
      choose(what);
      if (state.tab === 'card') $('card').focus({preventScroll: true});
    }, onfocus: () => {
      turn(what);
      reveal(at);
      glow(what);
    }, onblur: () => glow('')});
    Object.assign(button.style, {left: at.x + 'px', top: at.y + 'px'}, box && {width: box.wide + 'px', height: box.high + 'px'});
    buttons.set(what, button);
  }

  /** What a screen reader says. @param {Part} what */
  function name(what) {
    const id = +what.slice(1);
    if (what[0] === 'e') return speak`${page.say(id)}. Sign: ${scene.signs[scene.edges[id].sign]}.`;
    const box = shown.boxes.find(one => one.id === id);
    if (id < 0) return box?.lines.join(', ') ?? '';
    const value = run.value(id), number = yours.number(id), count = (/** @type {Map<Part, Part[]>} */ at) => at.get(what)?.length ?? 0;
    return [page.label(id), speak(box?.kind ?? ''), value ? `${value.set ? speak`set:` + ' ' : ''}${value.text}${value.changed ? ', ' + speak`changed` : ''}` : '', number && speak`your number: ${number}`,
      speak`steps in: ${count(steps.into)}, out: ${count(steps.out)}`].filter(Boolean).join('; ') + '.';
  }
  function show() {
    for (const [what, button] of buttons) {
      const text = name(what);
      if (button.getAttribute('aria-label') !== text) button.setAttribute('aria-label', text);
    }
    if (layer.contains(document.activeElement)) return;
    const lit = page.light.lit();
    /** @param {Part} what */
    const on = what => !lit || lit[what[0] === 'n' ? 'nodes' : 'edges'].has(+what.slice(1));
    const first = [state.pick, on(here) ? here : '', ...boxes().filter(on), here, ...buttons.keys()];
    turn(first.find(what => buttons.has(what)) ?? '');
  }
  /** @param {Part} what */
  function turn(what) {
    const last = buttons.get(here), next = buttons.get(what);
    if (last) last.tabIndex = -1;
    if (next) next.tabIndex = 0;
    here = what;
  }

  // ---- arrow keys: forth and back along a step; up and down among boxes, or among the lines of a box

  /** @param {'out' | 'into'} way @returns {Part | undefined} */
  function along(way) {
    if (here[0] === 'n') {
      const next = steps[way].get(here) ?? [];
      if (!next.length) return undefined;
      origin = here;
      beside = next;
      return next[0];
    }
    const {from, to, blocks} = edge(here), back = buttons.has(origin) && (steps[way === 'out' ? 'into' : 'out'].get(origin) ?? []).includes(here);
    if (back) return origin;
    const blocked = 'e' + blocks[0]; // a line that blocks ends on another
    if (way === 'out' && blocks.length && buttons.has(blocked) && blocked !== here) {
      beside = [];
      return blocked;
    }
    return 'n' + (way === 'out' ? to : from);
  }
  /** @param {Part[]} some @param {number} by */
  const next = (some, by) => some[Math.max(0, Math.min(some.length - 1, some.indexOf(here) + by))];
  const boxes = () => [...buttons.keys()].filter(what => what[0] === 'n');
  /** @type {Record<string, () => Part | undefined>} */
  const MOVES = {
    ArrowRight: () => along('out'), ArrowLeft: () => along('into'),
    ArrowDown: () => next(here[0] === 'n' ? boxes() : beside, 1), ArrowUp: () => next(here[0] === 'n' ? boxes() : beside, -1),
    Home: () => boxes()[0], End: () => boxes().at(-1)
  };
  layer.addEventListener('keydown', event => {
    const move = MOVES[event.key];
    if (!move || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    buttons.get(move() ?? '')?.focus({preventScroll: true});
  });

  /** Where the layer lies. @param {Point} corner of the picture on the screen @param {number} scale */
  function lay({x, y}, scale) {
    const inner = /** @type {HTMLElement} */ (layer.firstElementChild), net = $('net');
    inner.style.transform = `translate(${x + net.offsetLeft}px,${y + net.offsetTop}px) scale(${scale})`;
    inner.style.setProperty('--scale', String(scale));
  }
  return {build, show, lay, has: (/** @type {Part} */ what) => buttons.get(what), held: () => layer.contains(document.activeElement) ? here : ''};
}
