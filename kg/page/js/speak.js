// The language of the page: English words are keys of its table, and the page of another language waits, packed, in this one.
'use strict';

/** The table of the language, by the English words; empty in English. @type {Record<string, string> | undefined} */
var words; // read when first asked for: files before this one ask, too

/** English words in the language of the page: a text, or a tagged template, of which each ${part} is put in where the table says. @param {string | TemplateStringsArray} text @param {(string | number)[]} inside */
function speak(text, ...inside) {
  const key = typeof text === 'string' ? text : text.reduce((said, part, n) => `${said}{${n - 1}}${part}`);
  words ??= JSON.parse(globalThis.document?.getElementById('words')?.textContent ?? '{}');
  return (words?.[key] ?? key).replace(/\{(\d)\}/g, (_, n) => String(inside[+n]));
}

/** What was compressed, and is written in base 64. @param {string} text */
const inflated = text => new Response(new Blob([Uint8Array.from(atob(text), c => c.charCodeAt(0))]).stream().pipeThrough(new DecompressionStream('gzip')));
