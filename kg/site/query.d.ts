// Types of the query page and its worker. Only the type checker reads this file: no page holds it.

// ---- what kg/site/query.py writes into the page

interface Parameter {
  name: string;
  value: string;
  meaning: string;
}
/** A place in a query that a reader may fill: `text` is its default as SPARQL. */
interface Place {
  name: string;
  kind: string;
  value: string;
  text: string;
}
interface KnownQuestion {
  name: string;
  summary: string;
  explanation: string;
  parameters: Parameter[];
  parts: (string | Place)[];
}
interface Completion {
  label: string;
  type: string;
  detail?: string;
  info?: string;
  apply?: string;
}
interface QueryData {
  base: string;
  draft: string;
  seconds: number;
  rows: number;
  prefixes: string;
  /** Prefixes with the start of their IRIs, the longest first. */
  short: [string, string][];
  curies: Record<string, string>;
  questions: KnownQuestion[];
  first: string;
  mechanisms: {id: string, title: string, version: string, caveats: string[]; published: boolean}[];
  words: Completion[];
  labels: Completion[];
}

// ---- what the page and the worker say to each other

/** A term as SPARQL's JSON has it. */
interface SparqlTerm {
  type: string;
  value: string;
  datatype?: string;
  'xml:lang'?: string;
}
interface OpenMessage {
  do: 'open';
  engine: string;
  data: string;
  base: string;
}
interface AskMessage {
  do: 'ask';
  query: string;
  prefixes: string;
  of: string;
  most: number;
}
interface Said {
  form: string;
  variables: string[];
  rows: (SparqlTerm | null)[][];
  truth: boolean | null;
  turtle: string;
  capped: boolean;
  /** What to draw: subject, predicate, object. */
  links: SparqlTerm[][];
  labels: Record<string, string>;
}
interface Failed {
  error: string;
}

// ---- an answer as a graph

/** What stands in a layer: a box, or the room that an arrow passes through. */
interface Slot {
  w: number;
  x: number;
  y: number;
}
interface Thing extends Slot {
  value: SparqlTerm;
  text: string;
}
/** An arrow between two things by number, with the slots that it passes. */
interface Arrow {
  from: number;
  to: number;
  verb: string;
  via: Slot[];
}

interface QueryIds {
  known: HTMLScriptElement;
  'engine-code': HTMLScriptElement;
  worker: HTMLScriptElement;
  engine: HTMLScriptElement;
  data: HTMLScriptElement;
  library: HTMLDetailsElement;
  filter: HTMLInputElement;
  filtered: HTMLElement;
  asked: HTMLElement;
  explained: HTMLElement;
  parameters: HTMLElement;
  editor: HTMLElement;
  run: HTMLButtonElement;
  stop: HTMLButtonElement;
  of: HTMLSelectElement;
  copy: HTMLButtonElement;
  copied: HTMLElement;
  status: HTMLElement;
  wrong: HTMLElement;
  answer: HTMLElement;
  'as-table': HTMLButtonElement;
  'as-graph': HTMLButtonElement;
  rows: HTMLElement;
  graph: HTMLElement;
  about: HTMLUListElement;
}

// ---- the packages of vendor/, as far as the page uses them

interface CompletionContext {
  pos: number;
  explicit: boolean;
  state: {doc: object};
  matchBefore(pattern: RegExp): {from: number, text: string} | null;
}
interface CodeEditor {
  state: {doc: {length: number}};
  dispatch(change: {changes: {from: number, to: number, insert: string}}): void;
}
declare const codemirror: {
  editor(options: {
    parent: HTMLElement,
    root: ShadowRoot,
    text: string,
    label: string,
    complete: (context: CompletionContext) => {from: number, options: Completion[], validFor: RegExp} | null,
    run: () => void,
    changed: () => void,
  }): CodeEditor;
};

interface RdfTerm {
  termType: string;
  value: string;
  language: string;
  datatype: RdfTerm;
}
interface RdfQuad {
  subject: RdfTerm;
  predicate: RdfTerm;
  object: RdfTerm;
}
interface RdfStore {
  load(text: string, options: {format: string, no_transaction: boolean}): void;
  update(text: string): void;
  query(text: string): RdfQuad[];
  query(text: string, options: {results_format: 'json'}): string;
  match(subject: RdfTerm | null, predicate: RdfTerm | null, object: RdfTerm | null, graph: RdfTerm): RdfQuad[];
  dump(options: {format: string, from_graph_name: RdfTerm}): string;
}
declare const oxigraph: {
  start(options: {module_or_path: ArrayBuffer}): Promise<void>;
  Store: new (quads?: RdfQuad[]) => RdfStore;
  namedNode(iri: string): RdfTerm;
  defaultGraph(): RdfTerm;
  quad(subject: RdfTerm, predicate: RdfTerm, object: RdfTerm, graph: RdfTerm): RdfQuad;
};
