// Routes under node: those that read the same are told apart by the steps that differ.
import assert from 'node:assert/strict';
import test from 'node:test';
import {load} from './load.mjs';

const {differing} = load(['routes'], ['differing']);
const told = edge => ['A raises B', 'A raises B, needs C', 'B raises D', 'B raises D', 'A lowers D'][edge];
const name = edge => `step-${edge}`;
const some = (...routes) => routes.map(([words, ...edges]) => ({words, edges}));

test('a route that reads like no other needs no more words', () => {
  assert.deepEqual(differing(some(['A B', 0], ['A D', 4]), told, name), ['', '']);
});

test('routes that read the same name the steps that not all of them take, in full', () => {
  assert.deepEqual(differing(some(['A B D', 0, 2], ['A B D', 1, 2], ['A D', 4]), told, name), ['A raises B', 'A raises B, needs C', '']);
});

test('steps with the same words have their names', () => {
  const said = differing(some(['A B D', 0, 2], ['A B D', 0, 3]), told, name);
  assert.deepEqual(said, ['B raises D (step-2)', 'B raises D (step-3)']);
  const four = differing(some(['A B D', 0, 2], ['A B D', 0, 3], ['A B D', 1, 2], ['A B D', 1, 3]), told, name);
  assert.equal(new Set(four).size, 4);
});
