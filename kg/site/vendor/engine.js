// The engine of query.html: Oxigraph, whose WebAssembly the page hands over, as a global of the worker.
export {default as start, Store, namedNode, defaultGraph, quad} from 'oxigraph/web.js';
