// The page's side of Python: unpacks what stands in the page, starts the worker, and asks it one thing after the other.
'use strict';

/** @type {(id: string) => any} */
const $ = id => document.getElementById(id);

/** @param {string} id @param {boolean} packed */
async function part(id, packed) {
  const bytes = Uint8Array.from(atob($(id).textContent), one => one.charCodeAt(0));
  if (!packed) return bytes;
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer());
}

/** What asks Python: `ask(what, given)` resolves to plain values; the newest question of a kind ends those that wait. */
function python() {
  const url = URL.createObjectURL(new Blob([$('worker').textContent], {type: 'text/javascript'}));
  const worker = new Worker(url), waiting = new Map;
  let last = 0;
  worker.onmessage = ({data}) => {
    const {done, failed} = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error) failed(new Error(data.error));
    else done(data.said);
  };
  worker.onerror = event => {
    for (const {failed} of waiting.values()) failed(new Error(event.message || 'Python could not be started'));
  };
  const tell = message => new Promise((done, failed) => {
    waiting.set(++last, {done, failed});
    worker.postMessage({...message, id: last});
  });
  async function start() {
    const parts = {};
    for (const id of ['asm', 'loader', 'wasm', 'stdlib', 'core']) parts[id] = await part(id, id !== 'core');
    await tell({parts});
  }
  return {start, ask: (ask, given = {}) => tell({ask, given})};
}

/** An element with attributes, listeners (on...) and content; text goes in as text only. */
function make(tag, attributes = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value !== false) element.setAttribute(name, value === true ? '' : String(value));
  element.append(...inside.flat());
  return element;
}
