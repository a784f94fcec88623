// network.js, reasons.js and model.js under node. Python writes the cases, and says what must come out: tests/test_javascript.py.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import test from 'node:test';
import {ask, load} from './load.mjs';

if (!process.env.KG_CASES) throw new Error('No cases: run python -m pytest tests/test_javascript.py, which writes them.');
const {examples, compared, pair} = JSON.parse(readFileSync(process.env.KG_CASES, 'utf8'));
const {Model, Impossible, combinations, supported, settles} = load(['given', 'network', 'reasons', 'meetings', 'model'], ['Model', 'Impossible', 'combinations', 'supported', 'settles']);
const answers = ask({Model, supported, settles});
const plain = value => JSON.parse(JSON.stringify(value));

/** A mechanism whose nodes are asked for by name. */
function sketch({data, nodes}) {
  const model = new Model(data), settings = set => new Map(Object.entries(set).map(([node, value]) => [nodes.indexOf(node), value]));
  const ask = (set, first = null, condition = '') => model.ask({
    condition: data.conditions.findIndex(([key]) => key === condition), ...first ? {values: settings(first), then: settings(set)} : {values: settings(set)}
  });
  const values = (set, first, condition) => Object.fromEntries(ask(set, first, condition).after.map((value, n) => [nodes[n], value]));
  return {model, nodes, settings, ask, values};
}

test('the examples of docs/semantics.md hold', () => {
  const loops = [];
  for (const example of examples) {
    const one = sketch(example), {nodes} = one, asked = [example.set, example.after, example.in], values = one.values(...asked), answer = one.ask(...asked);
    const each = nodes.flatMap((_, n) => answer.step(n).loop ?? []).map(({brakes, nodes: some}) => `${brakes ? 'brakes' : 'order'}: ${some.map(n => nodes[n])}`);
    if (each.length) loops.push([nodes.join(), ...new Set(each)]);
    for (const [node, value] of Object.entries(example.then)) assert.deepEqual(values[node], value, `${node} in\n${example.text}`);
  }
  assert.deepEqual(loops, [['S,A,B', 'brakes: A,B'], ['S,D,A,B', 'order: A,B']]);
  assert.ok(examples.length > 15 && examples.some(example => example.after));
});

for (const {id, row, expected, experiments} of compared) test(`${id} is answered as in Python`, () => {
  const [[found, apart]] = plain(answers([row]));
  assert.equal(found.length, expected.length);
  expected.forEach((answer, n) => {
    const question = JSON.stringify(row[5][n]);
    assert.deepEqual(found[n], answer, question);
    assert.deepEqual(Object.keys(found[n].settings), Object.keys(answer.settings), `the order of ${question}`);
  });
  assert.deepEqual(apart, experiments);
});

test('an answer does not depend on those before it', () => {
  const one = sketch(pair), alone = set => sketch(pair).values(set);
  const sets = one.nodes.flatMap(node => ['present', 'absent', 'unknown'].map(value => ({[node]: value})));
  for (const set of [...sets, ...sets.reverse()]) assert.deepEqual(one.values(set), alone(set));
});

test('a value that a node cannot have is refused in the reader’s words', () => {
  const {values, nodes} = sketch(pair);
  assert.throws(() => values({[nodes[0]]: 'strong'}), error => error instanceof Impossible &&
    error.message === '“strong” is not a value of this node: unknown, absent, present');
});

test('a step that another blocks names the step that blocks it', () => {
  const {model, nodes, settings} = sketch(pair); // C blocks that A promotes B
  const answer = model.ask({values: settings({A: 'present', C: 'present'})});
  const [because] = answer.step(nodes.indexOf('B')).because;
  assert.deepEqual([because.fires, because.why.kind, because.why.edge, because.why.open], [0, 'blocked', 1, false]);
});

test('experiments need two readings, and the search lets the page breathe', () => {
  const alone = new Model({...pair.data, readings: pair.data.readings.slice(0, 1)});
  assert.throws(() => alone.discriminate().next(), Impossible);
  const found = [...sketch(pair).model.discriminate()];
  assert.ok(found.includes(null) && found.some(one => one));
});

test('combinations are all of a size, each once and in order', () => {
  assert.deepEqual([...combinations(['a', 'b', 'c'], 2)], [['a', 'b'], ['a', 'c'], ['b', 'c']]);
  assert.deepEqual([...combinations(['a', 'b'], 0)], [[]]);
  assert.deepEqual([...combinations(['a'], 2)], []);
});
