// The reader's own numbers under node: how a table is read, which node each row means, and how it is coloured.
import assert from 'node:assert/strict';
import test from 'node:test';
import {load, text} from './load.mjs';

const {readTable, nodesByName, matched, mixed, inkOn, short} =
  load(['search', 'overlay'], ['readTable', 'nodesByName', 'matched', 'mixed', 'inkOn', 'short']);
const NAMES = [['n0', 'TLR7', 'Toll-Like Receptor 7', 'HGNC:15631'], ['n1', 'Tα-1 supplement', 'thymosin alpha-1'], ['n2', 'Tα-1', 'thymosin alpha-1'],
  ['e0', 'Tα-1 activates TLR7', 'activation']];
const LABELS = NAMES.map(row => row[1]);
const match = text => matched(readTable(text).rows, nodesByName(NAMES), node => LABELS[node]);
const pairs = ({numbers}) => [...numbers].map(([node, row]) => [node, row.numbers[0]]);
const said = some => some.map(one => `${one.line}: ${one.what}`);

test('a field that is quoted comes back as it was, whatever stands in it', () => {
  for (const mark of ['\t', ';', ','])
    for (const name of ['plain', 'with "quotes"', `with ${mark} inside`, '"', 'a""b', 'Tα-1 in blood']) {
      const {rows, wrong} = readTable(`"${name.replaceAll('"', '""')}"${mark}1.5\nother${mark}2`);
      assert.deepEqual([rows.map(row => row.name), wrong], [[name, 'other'], []]);
    }
});

test('numbers are read as they are written, and what only looks like one is named with its line', () => {
  for (const [text, number] of [['1', 1], ['-2.5', -2.5], ['\u22122.5', -2.5], ['+.5', 0.5], ['1e3', 1000], ['2.', 2]])
    assert.equal(readTable(`TLR7\t${text}`).rows[0]?.numbers[0], number, text);
  for (const text of ['1,5', '1.2.3', '0x10', 'NaN', '1e999', '--1', '1 2'])
    assert.deepEqual([readTable(`a\t1\nTLR7\t${text}`).rows.length, readTable(`a\t1\nTLR7\t${text}`).wrong[0].line], [1, 2], text);
});

test('lines end as any system ends them, and a mark of byte order is no part of a name', () => {
  for (const end of ['\n', '\r\n', '\r'])
    assert.deepEqual(readTable(['\ufeffTLR7;1', '', 'B;2', ''].join(end)).rows.map(row => [row.line, row.name]), [[1, 'TLR7'], [3, 'B']]);
});

test('a name means a node however capitals, hyphens and Greek letters are written', () => {
  for (const name of ['TLR7', 'tlr-7', 'toll like receptor 7', 'hgnc:15631']) assert.deepEqual(pairs(match(`${name}\t1`)), [[0, 1]], name);
  for (const name of ['Tα-1 supplement', 'Talpha-1 supplement', 'ta1 supplement']) assert.deepEqual(pairs(match(`${name}\t1`)), [[1, 1]], name);
});

test('the name of a step is no node, and an unknown name is listed with its line', () => {
  const {numbers, used, unmatched} = match('activation\t1\nIL6\t2\nTLR7\t3');
  assert.deepEqual([[...numbers.keys()], used, said(unmatched)], [[0], 1, ['1: “activation” is not a node here', '2: “IL6” is not a node here']]);
});

test('a name of several nodes colours all of them, and says so', () => {
  const {used, notes, ...found} = match('thymosin alpha-1\t2');
  assert.deepEqual([pairs(found), used, said(notes)], [[[1, 2], [2, 2]], 1, ['1: “thymosin alpha-1” names 2 nodes: Tα-1 supplement, Tα-1']]);
});

test('of two rows for one node the first counts, and the other is listed', () => {
  const {used, notes, ...found} = match('TLR7\t1.8\ntlr7\t0.5');
  assert.deepEqual([pairs(found), used, said(notes)], [[[0, 1.8]], 1, ['2: “tlr7” (0.5) names TLR7 again; line 1 (1.8) is shown']]);
});

/** The columns of a table, its rows as name and numbers, and what is wrong. */
const columns = text => {
  const {columns, rows, wrong} = readTable(text);
  return [columns, rows.map(({name, numbers}) => [name, ...numbers]), said(wrong)];
};

test('several columns of numbers have the names of the heading, and what is missing stays missing', () => {
  const table = [['0 h', '4 h', '24 h'], [['TLR7', 1, -2, null], ['B', null, 0.5, 3]], []];
  assert.deepEqual(columns('gene,0 h,4 h,24 h\nTLR7,1,-2,\nB,NA,.5,3'), table);
  assert.deepEqual(columns('0 h\t4 h\t24 h\nTLR7\t1\t\u22122\tNaN\nB\t-\t0.5\t3'), table); // as R writes it
  assert.deepEqual(columns(';0 h;4 h;24 h;;\nTLR7;1;-2;;;\nB;;0.5;3;;'), table);
});

test('a heading may be numbers, such as hours, and without one the columns are counted', () => {
  assert.deepEqual(columns('gene,0,4\nTLR7,1,2'), [['0', '4'], [['TLR7', 1, 2]], []]);
  assert.deepEqual(columns('TLR7,1,2\nB,3,4'), [['column 2', 'column 3'], [['TLR7', 1, 2], ['B', 3, 4]], []]);
});

test('a column of words is refused by line, column and reason, and so is a line of another width', () => {
  assert.deepEqual(columns('gene\tlog2FC\tnote\nTLR7\t1\tsensor\nB\t2\tother\n'), [['log2FC', 'note'], [],
    ['2: column 3 (note): “sensor” is not a number', '3: column 3 (note): “other” is not a number']]);
  assert.deepEqual(columns('gene,a,b\nTLR7,1,2\nB,1\nC,1,2,3\nD,NA,\nE,1;5,2'), [['a', 'b'], [['TLR7', 1, 2]],
    ['3: 2 columns; the heading has 3', '4: 4 columns; the heading has 3', '5: no number', '6: column 2 (a): “1;5” is not a number']]);
  assert.deepEqual(columns('gene,log2FC\nTLR7,1,5'), [['log2FC'], [], ['2: 3 columns; the heading has 2']]);
  assert.deepEqual(columns('gene;a;b\nTLR7;1;2,5')[2], ['2: column 3 (b): “2,5” has a comma; write 2.5']);
});

const SCALE = ['#0000ff', '#8080ff', '#ffffff', '#ff8080', '#ff0000'];

test('a colour lies between its neighbours on the scale', () => {
  assert.deepEqual([0, 0.25, 0.5, 0.75, 1].map(at => mixed(SCALE, at)), [[0, 0, 255], [128, 128, 255], [255, 255, 255], [255, 128, 128], [255, 0, 0]]);
  assert.deepEqual(mixed(SCALE, 0.625), [255, 192, 192]);
});

test('a label is black or white, whichever is easier to read', () => {
  const scale = [...text('../../kg/page/explorer.css').matchAll(/--scale-\d:(#[0-9a-f]{6})/g)].map(match => match[1]);
  assert.equal(scale.length, 5);
  const hex = colour => [1, 3, 5].map(k => parseInt(colour.slice(k, k + 2), 16));
  const light = rgb => rgb.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0.05); // WCAG 2: a contrast is the ratio of two of these
  const inks = ['#10151d', '#ffffff'];
  for (let n = 0; n <= 100; n++) {
    const rgb = mixed(scale, n / 100), ink = inkOn(rgb);
    const [chosen, other] = [ink, inks.find(one => one !== ink)].map(one => light(rgb) / light(hex(one))).map(by => Math.max(by, 1 / by));
    assert.ok(chosen > 4.2 && chosen > 0.98 * other, `${ink} on ${rgb}: ${chosen}, the other ${other}`);
  }
});

test('a number is short, with a minus sign', () => {
  assert.deepEqual([-2.4, 1234.5678, 0.00012345, 0].map(short), ['\u22122.4', '1230', '0.000123', '0']);
});
