// The scripts of the explorer without a page: files of kg/page/js as one script, as the page has them.
import {readFileSync} from 'node:fs';

/** The text of a file, by its address beside this one. */
export const text = url => readFileSync(new URL(url, import.meta.url), 'utf8');

/** What some files define under some names. */
export function load(files, names) {
  const script = files.map(name => text(`../../kg/page/js/${name}.js`)).join('\n');
  return new Function(`${script}\nreturn {${names.join()}};`)();
}

/** The function of ask.js, which puts questions to a `Model`. */
export const ask = Model => new Function('Model', `return (${text('./ask.js')})`)(Model);
