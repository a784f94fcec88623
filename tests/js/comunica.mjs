// Comunica's answers: the arguments are a file of N-Quads, taken as one graph, and questions (.rq); beside each comes its answer
// (.json, or .nt where the question makes a graph).
import { readFileSync, writeFileSync } from 'node:fs';
import { QueryEngine } from '@comunica/query-sparql-rdfjs-lite';
import { DataFactory, Parser, Store, Writer } from 'n3';

const [data, ...questions] = process.argv.slice(2);
const store = new Store();
for (const { subject, predicate, object } of new Parser({ format: 'N-Quads' }).parse(readFileSync(data, 'utf8')))
  store.add(DataFactory.quad(subject, predicate, object));
const engine = new QueryEngine();

const plain = ({ termType, value, datatype, language }) =>
  termType === 'Literal' ? { type: 'literal', value, datatype: datatype.value, 'xml:lang': language } : { type: 'uri', value };

for (const file of questions) {
  const answer = await engine.query(readFileSync(file, 'utf8'), { sources: [store] });
  const found = await answer.execute();
  if (answer.resultType === 'quads') {
    const lines = new Writer({ format: 'N-Triples' }).quadsToString(await found.toArray());
    writeFileSync(file.replace(/rq$/, 'nt'), lines);
    continue;
  }
  const result = { head: {}, boolean: found };
  if (answer.resultType === 'bindings') {
    const rows = await found.toArray();
    result.head.vars = (await answer.metadata()).variables.map(({ value }) => value);
    result.results = { bindings: rows.map(row => Object.fromEntries([...row].map(([name, term]) => [name.value, plain(term)]))) };
    delete result.boolean;
  }
  writeFileSync(file.replace(/rq$/, 'json'), JSON.stringify(result));
}
