// What N3.js reads: the arguments are files of RDF; the answer is, for each, its quads as lines of N-Quads.
import { readFileSync } from 'node:fs';
import { Parser, Writer } from 'n3';

const formats = { ttl: 'Turtle', trig: 'TriG', nq: 'N-Quads' };
const found = {};
for (const file of process.argv.slice(2)) {
  const quads = new Parser({ format: formats[file.split('.').pop()] }).parse(readFileSync(file, 'utf8'));
  found[file] = new Writer({ format: 'N-Quads' }).quadsToString(quads);
}
console.log(JSON.stringify(found));
