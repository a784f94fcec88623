// Python beside the page: kg as it is, in Pyodide. It answers {id, ask, ...} with {id, said} or {id, error}.
'use strict';
(() => {
  /** @param {Uint8Array<ArrayBuffer>} bytes */
  const text = bytes => new TextDecoder().decode(bytes);

  /**
   * Starts Python without a request. A page from a file may start classic workers only, and the loader takes these for pages of old
   * browsers, so importScripts is made to throw; WebKit refuses import() of a blob there, so both scripts are evaluated.
   * @param {Parts} parts
   */
  async function start({asm, loader, wasm, stdlib, graphviz, core}) {
    const nowhere = 'https://nowhere.invalid/', evaluate = eval; // called by another name, a script is evaluated outside
    self.importScripts = () => { throw new TypeError('a module worker has none'); };
    const made = evaluate('(() => {' + text(asm).replaceAll('import.meta.url', JSON.stringify(nowhere))
      .replace('export default _createPyodideModule;', 'return _createPyodideModule') + '})()');
    evaluate(text(loader));
    /** @type {Record<string, [Uint8Array<ArrayBuffer>, string]>} */
    const held = {'pyodide.asm.wasm': [wasm, 'application/wasm'], 'python_stdlib.zip': [stdlib, 'application/zip']};
    self.fetch = async address => {
      const [bytes, type] = held[String(address instanceof Request ? address.url : address).split('/').at(-1) ?? ''] ?? [];
      if (!bytes) throw new TypeError('this page makes no request');
      return new Response(bytes, {headers: {'Content-Type': type}});
    };
    const lock = {info: {arch: 'wasm32', platform: 'emscripten_5_0_3', version: '314.0.7', python: '3.14.2', abi_version: '2026_0'}, packages: {}};
    const python = await self.loadPyodide({indexURL: nowhere, createPyodideModule: made, lockFileContents: JSON.stringify(lock)});
    python.unpackArchive(core.buffer, 'zip', {extractDir: '/home/pyodide'});
    evaluate(text(graphviz));
    const viz = await self.Viz.instance();
    python.globals.set('lay', (/** @type {string} */ graph, /** @type {string} */ engine) => {
      const laid = viz.render(graph, {engine, format: 'json0'});
      if (laid.status !== 'success') throw new Error(laid.errors.map(one => one.message).join('; '));
      return laid.output;
    });
    python.runPython(ASKED);
    /** @param {Uint8Array<ArrayBuffer>} more */
    const add = more => {
      python.unpackArchive(more.buffer, 'zip', {extractDir: '/home/pyodide'});
      python.runPython('import importlib; importlib.invalidate_caches()');
    };
    return {ask: python.globals.get('ask'), learn: python.globals.get('learn'), add};
  }
  /** Every question and answer is JSON, so that no object of one language lives on in the other. */
  const ASKED = `
import json
from kg.bench import session
from kg.page import graphviz
graphviz.engine = lay
held = session.Session()
def ask(said):
    what, given = json.loads(said)
    if what == "words":
        return json.dumps(session.words())
    return json.dumps(getattr(held, what)(**given))
def learn(data):
    from kg.model import lexicon
    lexicon.use(lexicon.PackedLexicon(data.to_bytes()))
`;

  /** @type {Promise<{ask: (said: string) => string, learn: (bytes: Uint8Array) => void, add: (more: Uint8Array<ArrayBuffer>) => void}>} */
  let ready;
  onmessage = async ({data}) => {
    try {
      if (data.parts) ready = start(data.parts);
      const {ask, learn, add} = await ready;
      if (data.more) add(data.more);
      if (data.lexicon) learn(data.lexicon);
      postMessage({id: data.id, said: data.ask ? JSON.parse(ask(JSON.stringify([data.ask, data.given]))) : null});
    } catch (error) {
      postMessage({id: data.id, error: String(error instanceof Error ? error.message : error).trim().split('\n').at(-1)?.replace(/^kg\.[\w.]+: /, '')});
    }
  };
})();
