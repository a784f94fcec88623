// What Python says to the bench (kg/bench/session.py), the editor of kg/site/vendor/writer.js, and what the worker brings.

interface Complaint {line: number; column: number; from: number; to: number; severity: 'error' | 'warning' | 'hint'; code: string; message: string; help: string; fixes: Fix[]}
interface EditorChange {from: number; to?: number; insert: string}
/** An edit that Python made of the text, and what is selected then. */
interface Edit {changes: EditorChange[]; select?: [number, number] | null}
interface Fix extends Edit {name: string}
interface HeldNode {key: string; label: string; kind: string; outcome: boolean; line: number; names: string[]}
interface HeldEdge {name: string; index: number; words: string; subject: string; verb: string; object: string; line: number}
interface HeldCondition {key: string; title: string; set: Record<string, string>}
interface Holds {id: string; title: string; nodes: HeldNode[]; edges: HeldEdge[]; conditions: HeldCondition[]; sources: string[]; places: string[]}
interface OutcomeRow {condition: string; title: string; values: Record<string, string>; status: Record<string, string>}
interface ChangedOutcome {condition: string; node: string; before: string; after: string; why: string}
/** `sound`: it can be run and drawn; it has no error, but expectations may fail. */
interface Said {valid: boolean; sound: boolean; complaints: Complaint[]; holds: Holds; runs: string; outcomes: OutcomeRow[]; changed: ChangedOutcome[]; expectations: Expected[]}
interface Expected {words: string; state: 'holds' | 'fails' | 'open'; was: string; value: string; line: number}
interface Screened {outcomes: {label: string; before: string}[]; rows: {node: string; label: string; cells: {after: string; way: 'higher' | 'lower' | 'other' | 'same'}[]}[]}
interface KnownKey {key: string; meaning: string; kind: string; form: string; required: boolean}
type Path = (string | number)[];
interface KnownVerb {verb: string; phrase: string; also: string[]; sign: string; means: string}
interface Known {records: Record<string, KnownKey[]>; verbs: KnownVerb[]; claims: {claim: string; means: string}[]}
type Value = string | string[];
interface Answered {error?: string; outcomes: {node: string; before: Value; after: Value}[]}
/** x, y, width and height. */
type Corner = [number, number, number, number];
interface Drawn {svg: string; frame: Corner; boxes: Record<string, Corner>; legend: string[]; part: string}
/** A what-if: its condition, and what is set on top of it. */
interface Run {condition: string; settings: Record<string, string>}
interface View {
  svg: SVGSVGElement; put: (drawn: Drawn, anew: boolean) => void; whole: () => void; zoom: (by: number, at?: [number, number]) => void; pan: (dx: number, dy: number) => void;
  point: (event: {clientX: number; clientY: number}) => [number, number]; reveal: (box: Corner) => void; moved: () => boolean; scale: () => number;
}
interface Opened {text: string; name: string; save: string; kept: string; starter: string; lexicon: string; examples: {text: string; empty: string; finished: string}}

/** What is asked of Python, with what is given to it and what it says. */
interface Asked {
  words: [Record<string, never>, Known];
  open: [{text: string; name: string}, Said];
  look: [{text: string; fixes: boolean}, Said];
  fixes: [{text: string}, Fix[][]];
  picture: [{dark: boolean; near: string; run: Run | null; spot: [number, number] | null}, Drawn];
  arrange: [Record<string, never>, null];
  svg: [Record<string, never>, string];
  answer: [{condition: string; settings: Record<string, string>}, Answered];
  pins: [Record<string, never>, {runs: string; untested: string[]}];
  changes: [{text: string}, string];
  screen: [{condition: string; value: string}, Screened];
  export: [{text: string; form: 'ttl' | 'html' | 'patch'}, string];
  edit: [{text: string; how: string; given: object}, {error?: string} & Partial<Edit>];
  named: [{text: string; at: number}, {of?: string; name: string; times: number}];
  names: [{phrases: string[]; terms: boolean}, {phrase: number; label: string; detail: string; apply: string}[]];
  content: [{text: string}, {error?: string; said?: any}];
  suggest: [{text: string}, Suggested[]];
  read: [{text: string}, {error?: string; text?: string; known?: string[]; source?: object}];
  marks: [Record<string, never>, {marks: {from: number; to: number; title: string}[]; absent: {line: number; anchor: string; near: string}[]}];
  choose: [{text: string; start: number; end: number}, {wrong: string; anchor?: string; span?: [number, number]; said?: string; hedges?: string[]; taxon?: string[]; source?: string}];
}
interface Suggested {words: string; said: string; edge: string; sign: number; evidence: {anchor?: string; span?: string[]; claim: string; hedge?: string; taxon?: string[]}; nodes: Record<string, string>; encoded: boolean}
interface Core {start: () => Promise<void>; ask: <K extends keyof Asked>(what: K, given: Asked[K][0]) => Promise<Asked[K][1]>; learn: (lexicon: Uint8Array<ArrayBuffer>) => Promise<void>}
type Parts = Record<'asm' | 'loader' | 'wasm' | 'stdlib' | 'graphviz' | 'core', Uint8Array<ArrayBuffer>>;

interface Option {label: string; detail: string; info?: string; apply: string | ((view: Editor, option: unknown, from: number, to: number) => void); boost?: number}
interface CompletionContext {pos: number; explicit: boolean; aborted: boolean; state: {doc: EditorDoc}; matchBefore: (pattern: RegExp) => {from: number} | null}
type Completed = {from: number; options: Option[]; validFor?: RegExp; filter?: boolean} | null;
type Complete = ((context: CompletionContext) => Completed | Promise<Completed>)[];
interface EditorLine {from: number; to: number; number: number; text: string}
interface EditorDoc {length: number; lines: number; toString: () => string; line: (n: number) => EditorLine; lineAt: (at: number) => EditorLine}
interface Editor {
  state: {doc: EditorDoc; selection: {main: {head: number; from: number; to: number}}};
  dispatch: (change: {changes?: EditorChange | EditorChange[]; selection?: {anchor: number; head?: number}; scrollIntoView?: boolean; userEvent?: string}) => void;
  focus: () => void;
}
interface Shown {from: number; to: number; severity: 'error' | 'warning' | 'info'; message: string; fixes: {name: string; apply: () => void}[]}
declare const codemirror: {
  editor: (how: {parent: ShadowRoot; root: ShadowRoot; text: string; label: string; complete: Complete; keys: Record<string, () => void>; changed: () => void}) => Editor;
  reader: (how: {parent: ShadowRoot; root: ShadowRoot; text: string; label: string; changed: () => void}) => Editor;
  mark: (view: Editor, found: {from: number; to: number; title: string}[]) => void;
  complain: (view: Editor, found: Shown[]) => void;
  undo: (view: Editor) => boolean;
  redo: (view: Editor) => boolean;
};

/** The text of the mechanism. */
interface Paper {
  view: Editor; text: () => string;
  /** The line of the cursor. */
  line: () => string;
  /** The offset of a line and column that count from 1. */
  place: (line: number, column: number) => number;
  /** Puts another text in place of the whole. */
  put: (text: string, how?: string) => void;
  /** Writes at the cursor. */
  insert: (words: string, how: string) => void;
  /** Writes an entry behind the last one of a part of the text; false if it cannot. */
  write: (part: string, entry: string) => boolean;
  saved: (words: string) => void;
  /** A text with the line ends of the file. */
  whole: (text: string) => string;
  /** Makes an edit of Python, as one step of undo. */
  make: (edit: Edit, how: string) => void;
}
/** What the parts of the page share. */
interface Bench extends Paper {
  root: HTMLElement; opened: Opened; core: Core; words: Known | null;
  /** The run whose values stand in the picture. */
  run: Run | null;
  /** Draws the picture again, when there is another run. */
  redraw: () => void;
  /** Shows the edges that no expectation tests. */
  untested: (names: string[]) => void;
  /** What kg said of the text last. */
  said: Said;
  /** Calls a part with each answer, if the text is still the one that was asked about. */
  hear: (listener: (said: Said) => void | Promise<void>) => void;
  /** Whether the last answer tells of nodes, or there are none. */
  names: () => boolean;
  /** Says how saving and edits went. */
  tell: (words: string) => void;
  /** Says that kg could not answer. */
  fail: (error: unknown) => void;
  /** Shows one of the three parts, where one is seen at a time. */
  panel: (name: string) => void;
  /** Has Python edit the text (`Session.edit`); false if it cannot, which is told. */
  edit: (how: 'rename' | 'set' | 'all' | 'move' | 'connect' | 'node' | 'remove', given: object) => Promise<boolean>;
  /** Asks kg again, soon. */
  changed: () => void;
  /** Leads to a place in the text. */
  go: (line: number, column: number) => void;
}

interface Ids {
  state: HTMLElement; undo: HTMLButtonElement; redo: HTMLButtonElement; open: HTMLInputElement; save: HTMLButtonElement; 
  expectations: HTMLElement; unpinned: HTMLElement; 'unpinned-count': HTMLElement; 'unpinned-steps': HTMLElement; screen: HTMLDetailsElement; screened: HTMLElement;
  since: HTMLDetailsElement; 'since-text': HTMLElement; restored: HTMLElement; 'wrong-address': HTMLElement; overwrites: HTMLElement; discard: HTMLButtonElement; editor: HTMLElement; subject: HTMLSelectElement; verb: HTMLSelectElement;
  object: HTMLSelectElement; claim: HTMLSelectElement; says: HTMLInputElement; add: HTMLButtonElement; picture: HTMLElement; verdict: HTMLElement; complaints: HTMLElement;
  examples: HTMLSelectElement; help: HTMLButtonElement; paper: HTMLDetailsElement; tour: HTMLElement; 'tour-title': HTMLElement; 'tour-text': HTMLElement; 'tour-next': HTMLButtonElement;
  'tour-back': HTMLButtonElement; 'tour-close': HTMLButtonElement; 'offer-tour': HTMLElement; 'take-tour': HTMLButtonElement; 'no-tour': HTMLButtonElement; write: HTMLElement; see: HTMLElement; read: HTMLElement;
  'as-text': HTMLButtonElement; 'as-form': HTMLButtonElement; sheet: HTMLElement;
  lexicon: HTMLButtonElement; 'lexicon-file': HTMLInputElement;
  rename: HTMLButtonElement; naming: HTMLDialogElement; 'naming-what': HTMLElement; 'new-name': HTMLInputElement; 'naming-says': HTMLElement; 'naming-do': HTMLButtonElement; 'naming-cancel': HTMLButtonElement;
  source: HTMLElement; 'open-source': HTMLInputElement; 'as-source': HTMLButtonElement; encoded: HTMLElement; offer: HTMLElement; 'offer-said': HTMLElement; 'offer-where': HTMLSelectElement;
  'offer-sentence': HTMLElement; 'offer-subject': HTMLSelectElement; 'offer-verb': HTMLSelectElement; 'offer-object': HTMLSelectElement; 'offer-claim': HTMLSelectElement; 'offer-hedge': HTMLSelectElement;
  'offer-taxon': HTMLSelectElement; 'offer-write': HTMLButtonElement; 'offer-anchor': HTMLButtonElement;
  suggest: HTMLButtonElement; anchor: HTMLButtonElement; suggested: HTMLElement; suggestions: HTMLElement;
  nothing: HTMLElement; changes: HTMLElement; condition: HTMLSelectElement; node: HTMLSelectElement; value: HTMLSelectElement; ask: HTMLButtonElement; result: HTMLElement;
  outcomes: HTMLElement; runs: HTMLElement; opened: HTMLElement; worker: HTMLElement; asm: HTMLElement; loader: HTMLElement; wasm: HTMLElement; stdlib: HTMLElement; graphviz: HTMLElement; core: HTMLElement; more: HTMLElement; export: HTMLDetailsElement;
  part: HTMLSelectElement; 'text-of': HTMLButtonElement; connect: HTMLButtonElement; remove: HTMLButtonElement; 'add-node': HTMLButtonElement; nearer: HTMLButtonElement;
  farther: HTMLButtonElement; all: HTMLButtonElement; arrange: HTMLButtonElement; drawn: HTMLElement; legend: HTMLElement; unask: HTMLButtonElement; verbs: HTMLElement; terms: HTMLElement;
  line: HTMLDialogElement; 'line-form': HTMLFormElement; 'line-from': HTMLElement; 'line-verb': HTMLInputElement; 'line-to': HTMLSelectElement; 'line-claim': HTMLSelectElement;
  'line-source': HTMLSelectElement; 'line-anchor': HTMLInputElement; 'line-why': HTMLElement; 'line-says': HTMLInputElement; 'line-cancel': HTMLButtonElement;
  box: HTMLDialogElement; 'box-form': HTMLFormElement; 'box-name': HTMLInputElement; 'box-in': HTMLSelectElement; 'box-cancel': HTMLButtonElement;
}
interface Window {
  bench: Readonly<{text: () => string; line: () => string; put: (said: string) => void}>;
  /** Of the worker, where its loader puts it. */
  loadPyodide: (how: object) => Promise<Pyodide>;
  importScripts: () => void;
  Viz: {instance: () => Promise<{render: (graph: string, how: {engine: string; format: string}) => {status: string; output: string; errors: {message: string}[]}}>};
}
interface Pyodide {
  unpackArchive: (archive: ArrayBuffer, format: string, how: object) => void; runPython: (code: string) => unknown;
  globals: {get: (name: string) => (said: any) => any; set: (name: string, value: unknown) => void};
}
