// The picture of the last sound text. What is chosen in it is marked, and leads to the text; the cursor of the text marks it here.
'use strict';

/** @param {Bench} bench */
function picture(bench) {
  const sight = view($('picture'), () => sketch?.handle(boxes[chosen] ?? null));
  /** Where boxes are. @type {Record<string, Corner>} */
  let boxes = {};
  /** @type {ReturnType<typeof drawing> | undefined} */
  let sketch;
  let chosen = '', drawn = '', run = ''; // a part, of what it was drawn last, and the run whose values stand on the boxes
  /** Where a node is wanted that is written soon. @type {[number, number] | null} */
  let spot = null;

  /** @param {boolean} anew whether it is seen whole, whatever was seen before */
  async function draw(anew = false) {
    try {
      const said = await bench.core.ask('picture', {dark: bench.root.dataset.theme === 'dark', near: chosen, run: bench.run, spot});
      if (!said.svg) return;
      const id = bench.said.holds.id;
      if (Object.keys(said.boxes).some(key => !boxes[key])) spot = null;
      boxes = said.boxes;
      sight.put(said, anew || id !== drawn);
      drawn = id;
      run = JSON.stringify(bench.run);
      $('drawn').textContent = said.part && `The picture shows ${said.part}: those around what is chosen.`;
      $('drawn').hidden = !said.part;
      $('legend').replaceChildren(...said.legend.map(sign => make('li', {}, document.importNode(new DOMParser().parseFromString(sign, 'image/svg+xml').documentElement, true))));
      mark();
    } catch (error) {
      bench.fail(error);
    }
  }
  /** The groups of a part in the picture. @param {string} part @returns {Element[]} */
  const groups = part => [...sight.svg.querySelectorAll('[data-node], [data-edge]')].filter(one => nameOf(one) === part);
  function mark() {
    for (const one of sight.svg.querySelectorAll('.picked')) one.classList.remove('picked');
    for (const one of groups(chosen)) one.classList.add('picked');
    $('part').value = chosen;
    $('connect').disabled = !bench.said.holds.nodes.some(one => one.key === chosen);
    $('remove').disabled = $('text-of').disabled = !chosen;
    sketch?.handle(boxes[chosen] ?? null);
  }
  /** @param {string} part @param {boolean} [shown] whether it is moved into sight */
  function choose(part, shown = false) {
    if (part === chosen) return;
    chosen = part;
    mark();
    if (!part || !shown) return;
    const [one] = groups(part);
    if (!one) return void draw();
    const {x, y, width, height} = /** @type {SVGGElement} */ (one).getBBox();
    sight.reveal([x, y, width, height]);
  }
  /** Leads to where a part is written. @param {string} part */
  function read(part) {
    const {nodes, edges} = bench.said.holds, meant = edges.find(one => one.name === part) ?? nodes.find(one => one.key === part);
    if (meant) bench.go(meant.line, 1);
  }
  sketch = drawing(bench, {sight, choose, chosen: () => chosen, boxes: () => boxes, want: at => { spot = at; }});

  bench.hear(async said => {
    if (bench.names()) fill($('part'), [['', 'Box or line…'],
      ...byName(said.holds.nodes), ...said.holds.edges.map(({name, words}) => [name, words])]);
    if (said.sound) await draw();
  });
  bench.redraw = () => { if (JSON.stringify(bench.run) !== run) draw(); };

  // ---- from the picture to the text, and back

  $('picture').addEventListener('click', event => {
    if (sight.moved() || sketch?.drew()) return;
    const part = nameOf(under(event));
    choose(part);
    if (part && matchMedia('(min-width: 64.01rem)').matches) read(part); // on a narrow screen the picture stays in sight
  });
  $('text-of').addEventListener('click', () => read(chosen));
  $('part').addEventListener('change', () => choose($('part').value, true));
  function follow() { // the cursor stands in the sentence, or in the node, that begins above it
    const {doc, selection} = bench.view.state, here = doc.lineAt(selection.main.head).number, {nodes, edges} = bench.said.holds;
    let top = here;
    while (top > 1 && !/^[a-z]/.test(doc.line(top).text)) top--;
    const above = [...nodes.map(one => ({name: one.key, line: one.line})), ...edges].filter(one => one.line <= here && one.line >= top).sort((a, b) => b.line - a.line);
    if (above[0] && /^(nodes|edges)\b/.test(doc.line(top).text)) choose(above[0].name, true);
  }
  for (const moved of ['keyup', 'pointerup']) $('editor').addEventListener(moved, follow);

  // ---- the view

  /** @type {Record<string, () => unknown>} */
  const keys = {
    ArrowLeft: () => sight.pan(-60, 0), ArrowRight: () => sight.pan(60, 0), ArrowUp: () => sight.pan(0, -60), ArrowDown: () => sight.pan(0, 60),
    '+': () => sight.zoom(1.3), '=': () => sight.zoom(1.3), '-': () => sight.zoom(1 / 1.3), 0: sight.whole,
    Enter: () => read(chosen), Delete: () => sketch?.remove(), Escape: () => choose(''), c: () => sketch?.connect()
  };
  $('picture').addEventListener('keydown', event => {
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });
  $('nearer').addEventListener('click', () => sight.zoom(1.3));
  $('farther').addEventListener('click', () => sight.zoom(1 / 1.3));
  $('all').addEventListener('click', sight.whole);
  $('arrange').addEventListener('click', async () => {
    $('arrange').disabled = true;
    bench.tell('Arranging the picture…');
    try {
      await bench.core.ask('arrange', {});
      await draw(true);
      bench.tell('The picture is arranged anew.');
    } catch (error) {
      bench.fail(error);
    }
    $('arrange').disabled = false;
  });
}

/** The part that a group of the picture is: the name of an edge, or the key of a node. @param {Element | null} group */
const nameOf = group => group?.getAttribute('data-node') ?? group?.getAttribute('data-edge') ?? '';
/** The group at a point. @param {Event} event */
const under = event => event.target instanceof Element ? event.target.closest('[data-node], [data-edge]') : null;
