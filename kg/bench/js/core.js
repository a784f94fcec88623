// The page's side of Python: unpacks what stands in the page, starts the worker, and asks it one thing after the other.
'use strict';

/** @type {<K extends keyof Ids>(id: K) => Ids[K]} */
const $ = id => /** @type {any} */ (document.getElementById(id));

/** @param {keyof Parts | 'more'} id @param {boolean} packed */
async function part(id, packed) {
  const bytes = Uint8Array.from(atob($(id).textContent ?? ''), one => one.charCodeAt(0));
  if (!packed) return bytes;
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer());
}

/** What asks Python: `ask(what, given)` resolves to plain values. @returns {Core} */
function python() {
  const url = URL.createObjectURL(new Blob([$('worker').textContent ?? ''], {type: 'text/javascript'}));
  const worker = new Worker(url);
  /** @type {Map<number, {done: (said: any) => void, failed: (why: Error) => void}>} */
  const waiting = new Map;
  let last = 0;
  worker.onmessage = ({data}) => {
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error) asked?.failed(new Error(data.error));
    else asked?.done(data.said);
  };
  worker.onerror = event => {
    for (const {failed} of waiting.values()) failed(new Error(event.message || 'Python could not be started'));
  };
  /** @param {object} message @returns {Promise<any>} */
  const tell = message => new Promise((done, failed) => {
    waiting.set(++last, {done, failed});
    worker.postMessage({...message, id: last});
  });
  async function start() {
    const [asm, loader, wasm, stdlib, graphviz, core] = await Promise.all([...(/** @type {const} */ (['asm', 'loader', 'wasm', 'stdlib', 'graphviz'])).map(id => part(id, true)), part('core', false)]);
    await tell({parts: /** @type {Parts} */ ({asm, loader, wasm, stdlib, graphviz, core})});
  }
  /** @type {Promise<void> | null} */
  let more = null;
  return {start, learn: lexicon => tell({lexicon}), async ask(ask, given) {
    if (ask === 'export') await (more ??= part('more', false).then(more => tell({more})));
    return tell({ask, given});
  }};
}

/**
 * An element with attributes, listeners (on...) and content; text goes in as text only.
 * @param {string} tag @param {Record<string, string | boolean | (() => void)>} attributes @param {(string | Node | (string | Node)[])[]} inside
 */
function make(tag, attributes = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value !== false) element.setAttribute(name, value === true ? '' : String(value));
  element.append(...inside.flat());
  return element;
}

/** @param {HTMLSelectElement} select @param {string[][]} options values and names; what was chosen stays so */
function fill(select, options) {
  const before = select.value;
  select.replaceChildren(...options.map(([value, name]) => make('option', {value}, name)));
  if (options.some(([value]) => value === before)) select.value = before;
}
/** Nodes as options, by their labels. @param {HeldNode[]} nodes */
const byName = nodes => nodes.map(({key, label}) => [key, label]).sort(([, a], [, b]) => a < b ? -1 : 1);
