// Which shapes two SHACL engines complain of: the arguments are a file of shapes and files of data, all in Turtle.
import { readFileSync } from 'node:fs';
import { DataFactory, Parser, Store } from 'n3';
import { Validator } from 'shacl-engine';
import SHACLValidator from 'rdf-validate-shacl';

const read = file => new Store(new Parser().parse(readFileSync(file, 'utf8')));
const factory = { ...DataFactory, dataset: quads => new Store([...quads ?? []]) };
const [shapes, ...files] = process.argv.slice(2);
const [one, other] = [new Validator(read(shapes), { factory }), new SHACLValidator(read(shapes))];
const found = {};
for (const file of files) {
  const data = read(file);
  found[file] = {
    'shacl-engine': (await one.validate({ dataset: data })).results.map(result => result.shape.ptr.term.value),
    'rdf-validate-shacl': (await other.validate(data)).results.map(result => result.sourceShape.value)
  };
}
console.log(JSON.stringify(found));
