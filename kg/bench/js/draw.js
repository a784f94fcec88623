// Drawing: a line from box to box writes a sentence, a double click a node, and what is deleted in the picture goes out of the text.
'use strict';

/**
 * @param {Bench} bench
 * @param {{sight: View, choose: (part: string) => void, chosen: () => string, boxes: () => Record<string, Corner>, want: (at: [number, number] | null) => void}} picture
 */
function drawing(bench, {sight, choose, chosen, boxes, want}) {
  const RADIUS = 12; // of the handle, in pixels
  /** @param {string} tag @param {Record<string, string | number>} attributes */
  const shape = (tag, attributes) => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
    return made;
  };
  const knob = shape('g', {class: 'knob'}), ring = shape('circle', {r: RADIUS}), trace = shape('path', {class: 'trace'});
  knob.append(ring, shape('path', {d: 'M-6 0H6M0 -6V6'}), make('title', {}));
  /** The end of a handle: where it is drawn from. @type {[number, number]} */
  let from = [0, 0];
  let drew = false; // a click that ends a line chooses nothing
  const asked = {subject: '', at: /** @type {[number, number] | null} */ (null)};

  /** Shows the handle of the box that is chosen. @param {Corner | null} box */
  function handle(box) {
    if (!box) return knob.remove();
    const by = 1 / sight.scale();
    from = [box[0] + box[2], box[1] + box[3] / 2];
    knob.setAttribute('transform', `translate(${from[0] + RADIUS * by} ${from[1]}) scale(${by})`);
    if (knob.parentNode !== sight.svg) sight.svg.append(knob);
  }
  /** The box at a point. @param {[number, number]} at */
  const boxAt = ([x, y]) => Object.entries(boxes()).find(([, [left, top, wide, high]]) => x > left && x < left + wide && y > top && y < top + high)?.[0] ?? '';

  knob.addEventListener('pointerdown', event => {
    event.preventDefault(); // the picture stays
    drew = true;
    sight.svg.append(trace);
    /** @param {PointerEvent} moved */
    const move = moved => {
      const [x, y] = sight.point(moved), on = boxAt([x, y]);
      trace.setAttribute('d', `M${from[0]} ${from[1]}L${x} ${y}`);
      for (const one of sight.svg.querySelectorAll('[data-node]')) one.classList.toggle('target', nameOf(one) === on);
    };
    /** @param {PointerEvent} ended */
    const end = ended => {
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', end);
      removeEventListener('pointercancel', end);
      trace.remove();
      for (const one of sight.svg.querySelectorAll('.target')) one.classList.remove('target');
      const on = boxAt(sight.point(ended));
      if (ended.type === 'pointerup' && on) connect(on);
    };
    addEventListener('pointermove', move);
    addEventListener('pointerup', end);
    addEventListener('pointercancel', end);
  });

  /** The verb that is called so, or has such a synonym; "" for none. @param {string} said */
  const verb = said => (bench.words?.verbs ?? []).find(({verb, phrase, also}) => [verb, phrase, ...also].includes(said.trim()))?.verb ?? '';

  /** Asks for the verb of a sentence from the box that is chosen. @param {string} [object] */
  function connect(object = '') {
    const {nodes, sources} = bench.said.holds, subject = nodes.find(one => one.key === chosen());
    if (!subject) return bench.tell('Choose a box first.');
    asked.subject = subject.key;
    $('line-from').textContent = subject.label;
    fill($('line-to'), byName(nodes));
    if (object) $('line-to').value = object;
    if (!$('verbs').childElementCount) $('verbs').replaceChildren(...(bench.words?.verbs ?? []).flatMap(({verb, phrase, also}) =>
      [make('option', {value: verb}, phrase), ...also.map(one => make('option', {value: one}, `→ ${verb}`))]));
    fill($('line-claim'), (bench.words?.claims ?? []).map(({claim, means}) => [claim, `${claim}: ${means}`]));
    fill($('line-source'), sources.map(one => [one, one]));
    $('line-verb').value = $('line-anchor').value = $('line-says').value = '';
    claimed();
    $('line').showModal();
    (object ? $('line-verb') : $('line-to')).focus();
  }
  function claimed() { // a step of one's own has a reason, and anything else stands in a source
    const own = $('line-claim').value === 'inference';
    for (const id of /** @type {const} */ (['line-source', 'line-anchor'])) $(id).closest('label')?.toggleAttribute('hidden', own || id === 'line-source' && $(id).options.length < 2);
    $('line-why').textContent = own ? 'Because' : 'What it says, in your words';
  }
  $('line-claim').addEventListener('change', claimed);
  $('line-form').addEventListener('submit', async event => {
    event.preventDefault();
    const said = verb($('line-verb').value), claim = $('line-claim').value;
    $('line-verb').setCustomValidity(said ? '' : 'No verb is called so; choose one of the list.');
    if (!$('line-verb').reportValidity()) return;
    $('line').close();
    const own = claim === 'inference', words = $('line-says').value.trim();
    const evidence = {claim, ...own ? {because: words} : {source: $('line-source').options.length > 1 ? $('line-source').value : '', anchor: $('line-anchor').value.trim(), says: words}};
    if (await bench.edit('connect', {sentence: `${asked.subject} ${said} ${$('line-to').value}`, evidence})) bench.tell('Written: fill in what the evidence still lacks.');
  });
  $('line-verb').addEventListener('input', () => $('line-verb').setCustomValidity(''));

  async function remove() {
    const part = chosen(), {edges, nodes} = bench.said.holds;
    if (!part || !await bench.edit('remove', {part})) return;
    bench.tell(`Deleted: ${edges.find(one => one.name === part)?.words ?? nodes.find(one => one.key === part)?.label ?? part}. Undo brings it back.`);
    choose('');
  }
  /** Asks for the name of a node. @param {[number, number] | null} at where it is wanted */
  function add(at = null) {
    asked.at = at;
    fill($('box-in'), [['', 'nowhere in particular'], ...bench.said.holds.places.map(one => [one, one])]);
    $('box-name').value = '';
    $('box').showModal();
    $('box-name').focus();
  }
  $('box-form').addEventListener('submit', async event => {
    event.preventDefault();
    $('box').close();
    want(asked.at);
    if (await bench.edit('node', {name: $('box-name').value.trim(), place: $('box-in').value})) bench.tell('Written: a node.');
  });
  $('box-name').addEventListener('input', async () => { // terms that are called so
    const found = await bench.core.ask('names', {phrases: [$('box-name').value], terms: true}).catch(() => []);
    $('terms').replaceChildren(...found.map(({label, detail}) => make('option', {value: label}, detail)));
  });
  for (const id of /** @type {const} */ (['line', 'box'])) $(`${id}-cancel`).addEventListener('click', () => $(id).close());
  $('connect').addEventListener('click', () => connect());
  $('remove').addEventListener('click', remove);
  $('add-node').addEventListener('click', () => add());
  $('picture').addEventListener('dblclick', event => {
    if (!under(event)) add(sight.point(event));
  });
  return {handle, remove, connect, drew: () => drew && !(drew = false)};
}
