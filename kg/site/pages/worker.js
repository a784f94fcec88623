// Runs queries beside the page, which may end it at any time. It answers {id, do, ...} with {id, ...} or {id, error}.
'use strict';
(() => {
  const LABELS = ['http://www.w3.org/2000/01/rdf-schema#label', 'http://purl.org/dc/terms/title'];
  const FORMS = /^(select|ask|construct|describe)$/i;
  const stores = new Map;
  let quads = '', base = '';

  const bytes = base64 => Uint8Array.from(atob(base64), c => c.charCodeAt(0));
  const unpacked = base64 => new Response(new Blob([bytes(base64)]).stream().pipeThrough(new DecompressionStream('gzip')));

  async function open({engine, data, base: start}) {
    const [wasm, text] = await Promise.all([unpacked(engine).arrayBuffer(), unpacked(data).text()]);
    await oxigraph.start({module_or_path: wasm});
    quads = text;
    base = start;
    store('');
    return {};
  }

  // What is asked: all graphs, or what one mechanism says and what its runs derive. The default graph is their merge, in
  // which a triple stands once: the engine's own union gives it once for each graph.
  function store(of) {
    if (!stores.has(of)) {
      const ends = [`<${base}${of}> .`, `<${base}${of}/run> .`];
      const text = of ? quads.split('\n').filter(line => ends.some(end => line.endsWith(end))).join('\n') : quads;
      const made = new oxigraph.Store;
      made.load(text, {format: 'nq', no_transaction: true});
      made.update('INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }');
      stores.set(of, made);
    }
    return stores.get(of);
  }

  // The words and names of a query, outside of comments, IRIs and literals.
  function words(query) {
    const pieces = /<[^<>"{}|^`\\\s]*>|"""[^]*?"""|'''[^]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#[^\n]*|[\p{L}\p{N}_.-]*:[\p{L}\p{N}_.:-]*|[?$]?[\p{L}\p{N}_]+/gu;
    return (query.match(pieces) || []).filter(piece => !/^[<"'#]/.test(piece));
  }

  function declared(found, prefixes) { // throws if a prefix is used that nobody has declared
    const known = new Set([...prefixes.matchAll(/PREFIX ([^:]*):/g)].map(match => match[1]));
    found.forEach((word, n) => {
      const prefix = word.match(/^([^:?$]*):/)?.[1];
      if (prefix === undefined || prefix === '_') return;
      if (/^prefix$/i.test(found[n - 1])) known.add(prefix);
      else if (!known.has(prefix)) throw new Error(`The prefix ${prefix}: is not declared: put PREFIX ${prefix}: <...> at the top.`);
    });
  }

  const XSD = 'http://www.w3.org/2001/XMLSchema#string';
  function plain(term) { // a term of the engine as SPARQL's JSON has it
    if (term.termType === 'NamedNode') return {type: 'uri', value: term.value};
    if (term.termType === 'BlankNode') return {type: 'bnode', value: term.value};
    if (term.termType !== 'Literal') return {type: 'triple', value: term.toString()};
    if (term.language) return {type: 'literal', value: term.value, 'xml:lang': term.language};
    return {type: 'literal', value: term.value, ...(term.datatype.value === XSD ? {} : {datatype: term.datatype.value})};
  }

  function ask({query, prefixes, of, most}) {
    const found = words(query), kind = found.find(word => FORMS.test(word))?.toUpperCase() || '';
    declared(found, prefixes);
    const from = store(of), text = prefixes + '\n' + query;
    const said = {form: kind, variables: [], rows: [], truth: null, turtle: '', capped: false};
    if (kind === 'CONSTRUCT' || kind === 'DESCRIBE') {
      const found = new Map(from.query(text).map(q => [`${q.subject} ${q.predicate} ${q.object}`, q]));
      const keys = [...found.keys()].sort((a, b) => a < b ? -1 : 1);
      said.capped = keys.length > most;
      said.variables = ['subject', 'predicate', 'object'];
      said.rows = keys.slice(0, most).map(key => [found.get(key).subject, found.get(key).predicate, found.get(key).object].map(plain));
      const part = new oxigraph.Store(keys.slice(0, most).map(key => {
        const {subject, predicate, object} = found.get(key);
        return oxigraph.quad(subject, predicate, object, oxigraph.defaultGraph());
      }));
      said.turtle = part.dump({format: 'ttl', from_graph_name: oxigraph.defaultGraph()});
    } else {
      const found = JSON.parse(from.query(text, {results_format: 'json'}));
      if ('boolean' in found) said.truth = found.boolean;
      else {
        said.variables = found.head.vars;
        said.capped = found.results.bindings.length > most;
        said.rows = found.results.bindings.slice(0, most).map(row => said.variables.map(name => row[name] || null));
      }
    }
    said.links = links(from, said);
    const named = [...said.rows, ...said.links].flat().filter(value => value?.type === 'uri').map(value => value.value);
    said.labels = labels(from, new Set(named));
    return said;
  }

  function labels(from, iris) {
    const found = {};
    for (const iri of iris) for (const predicate of LABELS) {
      const names = from.match(oxigraph.namedNode(iri), oxigraph.namedNode(predicate), null, oxigraph.defaultGraph());
      const label = names.filter(q => q.object.termType === 'Literal').map(q => q.object.value).sort()[0];
      if (label !== undefined && !(iri in found)) found[iri] = label;
    }
    return found;
  }

  // What to draw: the triples of a graph; else the steps that an answer names, and what its things say of each other.
  function links(from, {form: kind, rows}) {
    if (kind === 'CONSTRUCT' || kind === 'DESCRIBE') return rows.slice(0, 400);
    const named = [...new Set(rows.flat().filter(value => value?.type === 'uri').map(value => value.value))].slice(0, 200);
    const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#', some = new Set(named), found = [];
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

  onmessage = async ({data}) => {
    try {
      postMessage({id: data.id, ...await (data.do === 'open' ? open : ask)(data)});
    } catch (error) {
      postMessage({id: data.id, error: String(error?.message || error)});
    }
  };
})();
