// The neighbourhood of a node under node: which boxes and lines there are, and where.
import assert from 'node:assert/strict';
import test from 'node:test';
import {load} from './load.mjs';

const {neighbours} = load(['neighbours'], ['neighbours']);
const face = {kind: 'other', outcome: false, lines: ['x']};
const scene = pairs => ({
  outlines: {other: ''}, nodes: Array.from({length: 1 + Math.max(...pairs.flat())}, () => face),
  edges: pairs.map(([from, to]) => ({from, to, kind: 'increases', style: 'solid', run: true}))
});
const ids = ({nodes}) => nodes.map(node => node.id).sort((a, b) => a - b);
const chain = scene([[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [5, 6], [4, 2], [3, 3]]);

test('a reach of one to three steps, each node once', () => {
  assert.deepEqual(ids(neighbours(chain, 'n3', 7, 1)), [2, 3, 4]);
  assert.deepEqual(ids(neighbours(chain, 'n3', 7, 2)), [1, 2, 3, 4, 5]);
  assert.deepEqual(ids(neighbours(chain, 'n3', 7, 3)), [0, 1, 2, 3, 4, 5, 6]);
});

test('steps run between neighbouring columns, with their heads where they act', () => {
  const {lines, nodes} = neighbours(chain, 'n3', 7, 3);
  assert.deepEqual(lines.map(line => line.edge).sort(), [0, 1, 2, 3, 4, 5, 7]);
  const two = neighbours(scene([[0, 1], [1, 0]]), 'n0', 7, 1), x = id => two.nodes.find(node => node.id === id).x;
  assert.equal(two.nodes.length, 2);
  assert.ok(x(1) < x(0), 'what leads to a node and from it stands on the left once');
  for (const {edge, head} of two.lines) assert.equal(+head.match(/M([\d.]+)/)[1] > (x(0) + x(1)) / 2, edge === 1);
  assert.ok(nodes.every(node => node.x >= 0 && node.y >= 0));
});

test('what a column does not show is counted, and a step that was asked for is shown', () => {
  const star = scene(Array.from({length: 12}, (_, n) => [0, n + 1]));
  const {nodes} = neighbours(star, 'e11', 5, 1);
  assert.deepEqual(nodes.find(node => node.id === -2).lines, ['7 more']);
  assert.ok(nodes.some(node => node.id === 12));
});
