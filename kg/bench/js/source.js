// A source text beside the mechanism: what of it is encoded, what a selection offers as evidence, and what the text may say.
'use strict';

/** @param {Bench} bench @returns {(text: string) => void} what puts a text there */
function source(bench) {
  const shadow = $('source').attachShadow({mode: 'open'}), tell = (/** @type {string} */ words) => { $('suggested').textContent = words; };
  let due = 0, read = ''; // what Python has read
  /** @type {any} */
  let offered = null;
  const view = codemirror.reader({parent: shadow, root: shadow, text: '', label: 'The source text', changed() {
    clearTimeout(due);
    due = setTimeout(open, 200);
  }});
  const text = () => view.state.doc.toString();
  /** @param {string} insert */
  const put = insert => view.dispatch({changes: {from: 0, to: view.state.doc.length, insert}});
  /** A key for a source that has none. @param {any} said */
  const key = said => (String(said.doi ?? '').split('/')[1] || (said.pmid && `pmid-${said.pmid}`) || 'text').replace(/[^A-Za-z0-9_.+-]+/g, '-').replace(/^[-.+_]+|[-.+_]+$/g, '') || 'text';
  async function open() {
    const given = text();
    if (given === read || bench.root.dataset.core !== 'ready') return;
    const found = await bench.core.ask('read', {text: given});
    if (found.error) return tell(`The text cannot be read: ${found.error}.`);
    read = found.text ?? '';
    if (read !== given) put(read); // an article, of which these are the words
    $('as-source').hidden = !read || Boolean(found.known?.length);
    $('as-source').onclick = async () => { $('as-source').hidden = await bench.edit('set', {path: ['sources', key(found.source)], value: found.source}); };
    await marks();
  }
  async function marks() {
    if (!read || read !== text()) return;
    const {marks, absent} = await bench.core.ask('marks', {});
    if (read !== text()) return;
    codemirror.mark(view, marks);
    const told = marks.length === 1 ? 'One place of this text is encoded, and marked.' : marks.length ? `${marks.length} places of this text are encoded, and marked.` : 'Nothing of this text is encoded yet.';
    $('encoded').replaceChildren(make('li', {}, told),
      ...absent.map(({line, anchor, near}) => make('li', {}, make('button', {type: 'button', class: 'small', onclick: () => bench.go(line, 1)}, `Line ${line}`), ` The text does not have “${anchor}” exactly once.`, near ? ` It has: “${near}”.` : '')));
  }

  // ---- from selected words

  async function choose() {
    const {from, to} = view.state.selection.main;
    await open();
    const found = await bench.core.ask('choose', {text: bench.text(), start: from, end: to});
    tell(found.wrong || 'The selected words are an anchor.');
    $('offer').hidden = !found.span;
    if (!found.span) return;
    offered = found;
    $('offer-said').textContent = `“${found.said}”`;
    const {nodes, edges} = bench.said.holds;
    fill($('offer-where'), [['', 'a new sentence'], ...edges.map(({words, index}) => [String(index), `evidence of: ${words}`])]);
    fill($('offer-subject'), byName(nodes));
    fill($('offer-verb'), (bench.words?.verbs ?? []).map(({verb, phrase}) => [verb, phrase]));
    fill($('offer-object'), byName(nodes));
    fill($('offer-claim'), (bench.words?.claims ?? []).map(({claim}) => [claim, claim]));
    fill($('offer-hedge'), [...found.hedges ?? [], ''].map(word => [word, word || 'no hedge']));
    fill($('offer-taxon'), [...found.taxon ?? [], ''].map(one => [one, one || 'species not stated']));
    $('offer-hedge').selectedIndex = $('offer-taxon').selectedIndex = 0;
    where();
    $('offer-where').focus();
  }
  const where = () => { $('offer-sentence').hidden = $('offer-where').value !== ''; };
  async function accept() {
    const {anchor, span, source: of} = offered, edge = $('offer-where').value, taxon = $('offer-taxon').value, hedge = $('offer-hedge').value;
    const evidence = {...of ? {source: of} : {}, ...anchor ? {anchor} : {span: span.map(String)}, claim: $('offer-claim').value, ...hedge ? {hedge} : {}, ...taxon ? {taxon} : {}};
    const [subject, verb, object] = [$('offer-subject'), $('offer-verb'), $('offer-object')].map(one => one.value);
    if (edge === '' && !subject) return tell('Write the nodes first.');
    const value = edge === '' ? [['edges', null], {edge: `${subject} ${verb} ${object}`, evidence: [evidence]}] : [['edges', Number(edge), 'evidence', null], evidence];
    $('offer').hidden = await bench.edit('all', {values: [value]});
    tell($('offer').hidden ? 'It is written.' : $('state').textContent ?? '');
  }
  /** The anchor alone, for who writes the rest. */
  function anchor() {
    bench.insert(offered.anchor ? `anchor: ${JSON.stringify(offered.anchor)}` : `span: [${offered.span.join(', ')}]`, 'anchor');
    tell('It is at the cursor of the text.');
  }

  // ---- what it may say

  async function suggest() {
    try {
      await open();
      const found = await bench.core.ask('suggest', {text: text()}), fresh = found.filter(one => !one.encoded);
      tell(`${found.length} found by rules; ${found.length - fresh.length} already in the mechanism. Read each in the text before you keep it.`);
      $('suggestions').replaceChildren(...fresh.map(proposal));
    } catch (error) {
      bench.fail(error);
    }
  }
  /** One that may be accepted, changed or rejected. @param {Suggested} one */
  function proposal({words, said, edge, sign, evidence, nodes}) {
    const [subject, first = '', object] = edge.split(' '), {hedge: hedged = '', ...rest} = evidence;
    const verb = select('Verb', (bench.words?.verbs ?? []).map(({verb, phrase}) => [verb, phrase]), first);
    const claim = select('Claim', (bench.words?.claims ?? []).map(({claim}) => [claim, claim]), evidence.claim);
    const hedge = /** @type {HTMLInputElement} */ (make('input', {type: 'text', value: hedged}));
    async function add() {
      const there = new Set(bench.said.holds.nodes.map(node => node.key)), item = {...rest, claim: claim.field.value, ...hedge.value.trim() ? {hedge: hedge.value.trim()} : {}};
      const values = [...Object.entries(nodes).filter(([key]) => !there.has(key)).map(([key, term]) => [['nodes', key], term]),
        [['edges', null], {edge: `${subject} ${verb.field.value} ${object}`, evidence: [item]}]];
      if (await bench.edit('all', {values})) gone();
    }
    function gone() {
      shown.remove();
      $('suggest').focus();
    }
    const about = [sign > 0 ? 'raises it' : sign < 0 ? 'lowers it' : '', hedged && `hedged: ${hedged}`, ...evidence.taxon ?? []].filter(Boolean).join('; ');
    const shown = make('li', {}, make('strong', {}, words), ` “${said}” ${about && `(${about}) `}`, make('button', {type: 'button', class: 'small', onclick: () => { add(); }}, 'Add'), ' ',
      make('button', {type: 'button', class: 'small', onclick: gone}, 'Reject'),
      make('details', {}, make('summary', {}, 'Change'), make('div', {class: 'fields'}, verb.label, claim.label, make('label', {}, 'Hedge', hedge))));
    return shown;
  }
  /** @param {string} name @param {string[][]} options @param {string} value */
  function select(name, options, value) {
    const field = /** @type {HTMLSelectElement} */ (make('select', {}));
    fill(field, options);
    field.value = value;
    return {field, label: make('label', {}, name, field)};
  }
  $('suggest').addEventListener('click', suggest);
  $('anchor').addEventListener('click', () => { choose().catch(bench.fail); });
  $('offer-where').addEventListener('change', where);
  $('offer-write').addEventListener('click', accept);
  $('offer-anchor').addEventListener('click', anchor);
  $('open-source').addEventListener('change', async () => {
    const file = $('open-source').files?.[0];
    if (file) put(await file.text());
    $('open-source').value = '';
  });
  bench.hear(async () => { await open(); await marks(); });
  return put;
}
