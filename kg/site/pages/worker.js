// Runs queries beside the page, which may end it at any time. It answers {id, do, ...} with {id, ...} or {id, error}.
'use strict';
(() => {
  const LABELS = ['http://www.w3.org/2000/01/rdf-schema#label', 'http://purl.org/dc/terms/title'];
  const FORMS = /^(select|ask|construct|describe)$/i;
  /** @type {Map<string, RdfStore>} */
  const stores = new Map;
  let quads = '', base = '';

  /** @param {string} base64 */
  const bytes = base64 => Uint8Array.from(atob(base64), c => c.charCodeAt(0));
  /** Through no blob: WebKit reads none in a worker of a page that was opened from a file. @param {string} base64 */
  const unpacked = base64 => {
    const {body} = new Response(bytes(base64));
    return new Response(/** @type {ReadableStream} */ (body).pipeThrough(new DecompressionStream('gzip')));
  };

  /** @param {OpenMessage} message */
  async function open({engine, data, base: start}) {
    const [wasm, text] = await Promise.all([unpacked(engine).arrayBuffer(), unpacked(data).text()]);
    await oxigraph.start({module_or_path: wasm});
    quads = text;
    base = start;
    store('');
    return {};
  }

  /**
   * What is asked: all graphs, or what one mechanism says and what its runs derive. The default graph is their merge, in
   * which a triple stands once: the engine's own union gives it once for each graph.
   * @param {string} of
   */
  function store(of) {
    const known = stores.get(of);
    if (known) return known;
    const ends = [`<${base}${of}> .`, `<${base}${of}/run> .`];
    const text = of ? quads.split('\n').filter(line => ends.some(end => line.endsWith(end))).join('\n') : quads;
    const made = new oxigraph.Store;
    made.load(text, {format: 'nq', no_transaction: true});
    made.update('INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }');
    stores.set(of, made);
    return made;
  }

  /** The words and names of a query, outside of comments, IRIs and literals. @param {string} query */
  function words(query) {
    const pieces = /<[^<>"{}|^`\\\s]*>|"""[^]*?"""|'''[^]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#[^\n]*|[\p{L}\p{N}_.-]*:[\p{L}\p{N}_.:-]*|[?$]?[\p{L}\p{N}_]+/gu;
    return (query.match(pieces) || []).filter(piece => !/^[<"'#]/.test(piece));
  }

  /** Throws if a prefix is used that nobody has declared. @param {string[]} found @param {string} prefixes */
  function declared(found, prefixes) {
    const known = new Set([...prefixes.matchAll(/PREFIX ([^:]*):/g)].map(match => match[1]));
    found.forEach((word, n) => {
      const prefix = word.match(/^([^:?$]*):/)?.[1];
      if (prefix === undefined || prefix === '_') return;
      if (/^prefix$/i.test(found[n - 1])) known.add(prefix);
      else if (!known.has(prefix)) throw new Error(`The prefix ${prefix}: is not declared: put PREFIX ${prefix}: <...> at the top.`);
    });
  }

  const XSD = 'http://www.w3.org/2001/XMLSchema#string';
  /** A term of the engine as SPARQL's JSON has it. @param {RdfTerm} term @returns {SparqlTerm} */
  function plain(term) {
    if (term.termType === 'NamedNode') return {type: 'uri', value: term.value};
    if (term.termType === 'BlankNode') return {type: 'bnode', value: term.value};
    if (term.termType !== 'Literal') return {type: 'triple', value: term.toString()};
    if (term.language) return {type: 'literal', value: term.value, 'xml:lang': term.language};
    return {type: 'literal', value: term.value, ...(term.datatype.value === XSD ? {} : {datatype: term.datatype.value})};
  }

  /** @param {AskMessage} message @returns {Said} */
  function ask({query, prefixes, of, most}) {
    const found = words(query), kind = found.find(word => FORMS.test(word))?.toUpperCase() || '';
    declared(found, prefixes);
    const from = store(of), text = prefixes + '\n' + query;
    /** @type {Omit<Said, 'links' | 'labels'>} */
    const said = {form: kind, variables: [], rows: [], truth: null, turtle: '', capped: false};
    if (kind === 'CONSTRUCT' || kind === 'DESCRIBE') {
      const found = [...new Map(from.query(text).map(q => [`${q.subject} ${q.predicate} ${q.object}`, q]))];
      const some = found.sort(([a], [b]) => a < b ? -1 : 1).slice(0, most).map(([, quad]) => quad);
      said.capped = found.length > most;
      said.variables = ['subject', 'predicate', 'object'];
      said.rows = some.map(({subject, predicate, object}) => [subject, predicate, object].map(plain));
      const part = new oxigraph.Store(some.map(({subject, predicate, object}) => oxigraph.quad(subject, predicate, object, oxigraph.defaultGraph())));
      said.turtle = part.dump({format: 'ttl', from_graph_name: oxigraph.defaultGraph()});
    } else {
      const found = JSON.parse(from.query(text, {results_format: 'json'}));
      if ('boolean' in found) said.truth = found.boolean;
      else {
        said.variables = found.head.vars;
        said.capped = found.results.bindings.length > most;
        /** @type {Record<string, SparqlTerm>[]} */
        const bindings = found.results.bindings.slice(0, most);
        said.rows = bindings.map(row => said.variables.map(name => row[name] || null));
      }
    }
    const shown = links(from, said);
    return {...said, links: shown, labels: labels(from, new Set(iris([...said.rows, ...shown])))};
  }
  /** The IRIs among terms. @param {(SparqlTerm | null)[][]} rows */
  const iris = rows => rows.flat().flatMap(value => value?.type === 'uri' ? [value.value] : []);

  /** @param {RdfStore} from @param {Set<string>} iris */
  function labels(from, iris) {
    /** @type {Record<string, string>} */
    const found = {};
    for (const iri of iris) for (const predicate of LABELS) {
      const names = from.match(oxigraph.namedNode(iri), oxigraph.namedNode(predicate), null, oxigraph.defaultGraph());
      const label = names.filter(q => q.object.termType === 'Literal').map(q => q.object.value).sort()[0];
      if (label !== undefined && !(iri in found)) found[iri] = label;
    }
    return found;
  }

  /**
   * What to draw: the triples of a graph; else the steps that an answer names, and what its things say of each other.
   * @param {RdfStore} from
   * @param {Pick<Said, 'form' | 'rows'>} said
   */
  function links(from, {form: kind, rows}) {
    if (kind === 'CONSTRUCT' || kind === 'DESCRIBE') return /** @type {SparqlTerm[][]} */ (rows.slice(0, 400)); // no gap in a triple
    const named = [...new Set(iris(rows))].slice(0, 200);
    const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#', some = new Set(named), found = [];
    /** @param {RdfTerm} s @param {string} p */
    const one = (s, p) => from.match(s, oxigraph.namedNode(RDF + p), null, oxigraph.defaultGraph())[0]?.object;
    for (const iri of named) {
      const about = oxigraph.namedNode(iri), [s, p, o] = ['subject', 'predicate', 'object'].map(part => one(about, part));
      if (s && p && o) found.push([s, p, o].map(plain));
      for (const q of from.match(about, null, null, oxigraph.defaultGraph()))
        if (q.object.termType === 'NamedNode' && some.has(q.object.value) && !q.predicate.value.startsWith(RDF))
          found.push([q.subject, q.predicate, q.object].map(plain));
    }
    return found.slice(0, 400);
  }

  /** @param {MessageEvent<(OpenMessage | AskMessage) & {id: number}>} event */
  onmessage = async ({data}) => {
    try {
      postMessage({id: data.id, ...await (data.do === 'open' ? open(data) : ask(data))});
    } catch (error) {
      postMessage({id: data.id, error: error instanceof Error ? error.message : String(error)});
    }
  };
})();
