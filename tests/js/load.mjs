// The scripts of the explorer without a page: files of kg/page/js as one script, as the page has them.
import {readFileSync} from 'node:fs';

/** The text of a file, by its address beside this one. */
export const text = url => readFileSync(new URL(url, import.meta.url), 'utf8');

/** What some files define under some names. */
export function load(files, names) {
  const script = ['speak', ...files].map(name => text(`../../kg/page/js/${name}.js`)).join('\n');
  return new Function(`${script}\nreturn {${names.join()}};`)();
}

/** The function of ask.js, which puts questions, with what it asks: a `Model`, and the words of meetings. */
export const ask = names => new Function(...Object.keys(names), `return (${text('./ask.js')})`)(...Object.values(names));
