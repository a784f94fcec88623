// Types that the scripts of the explorer share. Only the type checker reads this file: no page holds it.

// ---- what Python writes into the page: kg/page/__init__.py the scene and the host, kg/page/network.py the network

/** A node ("n3") or an edge ("e12") by number; "" for neither. */
type Part = string;
type Tab = 'tour' | 'card' | 'steps' | 'runs' | 'explore' | 'notes';

interface SceneEdge {
  name: string;
  /** Its ends and its conditions. */
  nodes: number[];
  /** The edges that it blocks. */
  blocks: number[];
  /** -1 where an edge has no node at this end. */
  from: number;
  to: number;
  /** For each facet the numbers of its choices. */
  tags: number[][];
  /** The number of what is said of its sign and its claim. */
  says: number;
}
interface SceneNode {
  key: string;
  drawn: boolean;
}
/** What the mark of a line says; "" where it has none. */
type LineSign = '' | 'inferred' | 'contested';
/** How a line looks, wherever it runs. */
interface Look {
  kind: string;
  style: string;
  run: boolean;
  sign: LineSign;
}
interface Face {
  kind: string;
  outcome: boolean;
  lines: string[];
  /** The size of its letters, and from line to line, if they are not those of the scene. */
  font?: number;
  leading?: number;
}
interface Area {
  /** Its name, in one line or two. */
  lines: string[];
  hue: number;
  depth: number;
  x: number;
  y: number;
  w: number;
  h: number;
  d: string;
}
interface Line {
  edge: number;
  kind: string;
  d: string;
  head: string;
  filled: boolean;
  style: string;
  run: boolean;
  /** The node of a condition; -1 for the line of an edge. */
  node: number;
  mark: string;
  sign: LineSign;
  at: number[];
  /** A few letters on it. */
  said?: string;
}
/** An item of the legend, as kg/page/legend.py has it. */
interface LegendSign {
  key: string;
  text: string;
  class: string;
  d: string;
  head: string;
  mark: string;
  style: string;
  box: string;
}
/** One of the pictures of what is drawn in parts. */
interface View {
  width: number;
  height: number;
  areas: Area[];
  /** Those of an overview have the edge -1. */
  lines: Line[];
  /** The number of a node, and where its middle is; below 0 the boxes of an overview, which have faces. */
  boxes: number[][];
  faces?: Face[];
}
interface Copies {
  turtle: string;
  citation: string;
  curie: string;
  chain: number;
}
interface SceneBase {
  id: string;
  /** Of what has parts the overview, then each of them; else nothing. */
  views: View[];
  /** Other layouts of what is one picture, by name. */
  layouts: Record<string, View>;
  /** What each part is called. */
  parts: string[];
  /** All signs that the page can show, in order. */
  legend: LegendSign[];
  /** How the mechanism is cited. */
  cite: string;
  /** Whether the parts are the stops of the tour. */
  staged: boolean;
  /** The size of a box. */
  wide: number;
  high: number;
  width: number;
  height: number;
  font: number;
  leading: number;
  areas: Area[];
  lines: Line[];
  /** The patterns of styles of lines that have one: a dash and a gap, in widths of the line. */
  dashes: Record<string, number[]>;
  /** The outline of a box of the usual size, for each kind of node. */
  outlines: Record<string, string>;
  /** Cards in a compressed block. */
  pack: number;
  /** The colours of the light theme, for pictures that are saved. */
  light: Record<string, string>;
  /** The node that most edges touch; -1 where there is none. */
  hub: number;
  facets: {key: string, choices: string[]}[];
  /** For each node, then for each edge: "n3", its label, other names. */
  names: string[][];
  /** The steps that routes take, six numbers each: node, edge, kind, sign, and the claim and sources it stands on. */
  hops: number[];
  /** Sign and claim of edges, in words. */
  signs: string[];
  /** What each kind of claim is called, the firmest first. */
  claims: string[];
  prefixes: string;
  copies: Record<Part, Copies>;
  /** The title, then the source chains of citations. */
  cited: string[];
  /** The edges of the main line, in order. */
  line: number[];
  stops: {nodes: number[], edges: number[], condition: number}[];
}
interface DrawnScene extends SceneBase {
  drawn: true;
  edges: SceneEdge[];
  nodes: SceneNode[];
}
/** Of a large mechanism one node with its neighbours is drawn at a time. */
interface LargeScene extends SceneBase {
  drawn: false;
  edges: (SceneEdge & Look)[];
  nodes: (SceneNode & Face)[];
}
type Scene = DrawnScene | LargeScene;

/** A box as it is drawn: `id` is the number of its node, or below 0 for "n more". */
interface Box extends Face {
  id: number;
  x: number;
  y: number;
  wide: number;
  high: number;
  d: string;
  shape: string;
}
/** What pyvis hands over to vis-network. */
interface Host {
  nodes: (Box & {label: string})[];
  options: object;
}

/** `[key, title, [[node, value], ...]]` of a condition or an assumption. */
type Setting = [string, string, [number, string][]];
interface CompiledReading {
  key: string;
  title: string;
  /** One digit a gate: 0 an input, 1 AND, 2 OR. */
  kinds: string;
  /** How many literals each gate has; `ins` has them in one row. */
  counts: number[];
  ins: number[];
  /** Three numbers an input: what it is, the node or edge, the node of a condition. */
  inputs: number[];
  /** One character an input: 0, 1 or ?. */
  known: string;
  /** The edges that are run, and the number of the claim that each stands on. */
  fires: number[];
  standing: number[];
}
interface Compiled {
  /** 0 for a node that is absent or present. */
  levels: (string[] | 0)[];
  outcomes: number[];
  /** For each edge the node that it raises or lowers, or -1. */
  into: number[];
  /** The edges that lower their node. */
  lowers: number[];
  /** For each edge that follows from a definition, the node that it is required for. */
  defined: Record<number, number>;
  /** For edges that may meet an opposite one: the number of what each states of place, species and the like, and its claim, or -1. */
  around: Record<number, [number, number]>;
  /** By two such numbers, of what raises and what lowers, what would settle which of them prevails. */
  settles: [number, number, string][];
  claims: string[];
  said: string[];
  taxa: string[];
  common: string[];
  species: Record<number, number[]>;
  /** For each edge the number of its profile. */
  rests: number[];
  /** Sources that support, dispute and qualify, assays, how sources were read, disagreements. */
  profiles: (number | string)[][][];
  read: Record<string, string>;
  readings: CompiledReading[];
  assumptions: Setting[];
  /** A setting with the number of its context, or -1. */
  conditions: [...Setting, number][];
  /** What a context states; under each reading, what does not simply hold in it: kind of input, edge, node, 1 for contested, why. */
  contexts: {said: string, fates: [number, number, number, number, string][][]}[];
  /** Condition, node, relation, value or other condition, reading or -1. */
  expectations: [number, number, string, string | number, number][];
}

// ---- what the scripts pass to each other

interface State {
  stop: number;
  /** The part that is shown of a mechanism in parts; 0 for the overview. */
  part: number;
  /** The layout that the reader chose; "" for the one that reads best. */
  layout: string;
  /** How many steps around a node are drawn, where not all is drawn at once: 1 to 3. */
  reach: number;
  /** Whether the main line is open in the overview, and lit. */
  line: boolean;
  pick: Part;
  tab: Tab;
  plain: boolean;
  lang: string;
  /** For each facet the choices that are on. */
  filter: Set<number>[];
  /** The ends of routes, and the route that is chosen; -1 for none. */
  from: number;
  to: number;
  way: number;
  /** Where a card was opened: the tab, and the place of the picture if the reader had moved it. */
  before: {tab: Tab, look: string} | null;
}
interface Lit {
  edges: Set<number>;
  nodes: Set<number>;
}
interface Point {
  x: number;
  y: number;
}
/** Left, top, right, bottom. */
type Corners = [number, number, number, number];
type Ready<T> = T & {path: Path2D};
type ReadyLine = Ready<Line> & {tip: Path2D, diamond: Path2D | null};
/** What stands in the picture now. */
interface Shown {
  areas: Ready<Area>[];
  lines: ReadyLine[];
  boxes: Box[];
  width: number;
  height: number;
  /** What the pointer is on. */
  hover: Part;
  /** What is lit; null for everything. */
  focus: Lit | null;
  /** The numbers of edges that have one. */
  numbered: Map<number, number>;
}
/** The part of the picture that is in sight: its first and last corner. */
interface Sight {
  from: Point;
  to: Point;
  scale: number;
}
/** One step of a route: from a node, as the subject of an edge or a condition of it, to the object of the edge. */
interface Hop {
  node: number;
  edge: number;
  /** The number of its words: kg.reasoning.routes has them. */
  kind: number;
  sign: number;
  claim: number;
  sources: number;
  to: number;
}
interface Route {
  hops: Hop[];
  sign: number;
}

/** The explorer: its state, what a reader does, and the parts that show it. */
interface Page {
  scene: Scene;
  host: Host;
  state: State;
  /** Whether the page is part of another. */
  embed: boolean;
  tabs: Tab[];
  /** The colours of the theme, by their name in explorer.css. */
  colour: Record<string, string>;
  label(node: number): string;
  say(edge: number): string;
  show(gently: boolean): void;
  go(stop: number): void;
  pick(what: Part, keepTab?: boolean): void;
  back(): void;
  openTab(tab: Tab, focusToo?: boolean): void;
  light: ReturnType<typeof light>;
  folds: ReturnType<typeof folds>;
  steps: ReturnType<typeof steps>;
  cards: ReturnType<typeof cards>;
  tour: ReturnType<typeof tour>;
  filters: ReturnType<typeof filters>;
  routes: ReturnType<typeof routes>;
  run: ReturnType<typeof whatIf>;
  yours: ReturnType<typeof overlay>;
  picture: ReturnType<typeof picture>;
  still: ReturnType<typeof still>;
  address: ReturnType<typeof address>;
}

/** A level; or the lowest and the highest that it may be. */
type Value = string | string[];
/** What is set in a what-if; -1 for no condition, and for every reading. */
interface Asked {
  condition: number;
  values: Map<number, string>;
  /** What is set when all else has run, from where that ended. */
  then: Map<number, string>;
  reading: number;
  assume: Set<number>;
  /** What the answer is compared with: a condition, -1 for the start, null for what fits the question. */
  against: number | null;
  /** What every node is set to in turn; "" where one question is asked. */
  screen: '' | 'absent' | 'present';
  /** Whether the picture of what the answer is compared with is shown, too. */
  beside: boolean;
}

interface Row {
  line: number;
  name: string;
  /** One for each column; null where it is missing. */
  numbers: (number | null)[];
  texts: string[];
}
interface Complaint {
  line: number;
  what: string;
}

// ---- the elements of explorer.html by their id; those that only some pages have may be null

interface Ids {
  scene: HTMLScriptElement;
  words: HTMLScriptElement;
  host: HTMLScriptElement;
  network: HTMLScriptElement;
  skip: HTMLAnchorElement;
  find: HTMLInputElement;
  found: HTMLUListElement;
  'found-count': HTMLElement;
  share: HTMLDetailsElement;
  change: HTMLAnchorElement | null;
  'save-text': HTMLButtonElement | null;
  'save-svg': HTMLButtonElement;
  'save-png': HTMLButtonElement;
  'save-pdf': HTMLButtonElement;
  'copy-link': HTMLButtonElement;
  link: HTMLInputElement;
  theme: HTMLButtonElement;
  tour: HTMLElement;
  card: HTMLElement;
  steps: HTMLElement;
  runs: HTMLElement;
  explore: HTMLElement;
  notes: HTMLElement;
  line: HTMLDetailsElement | null;
  back: HTMLButtonElement | null;
  next: HTMLButtonElement;
  count: HTMLElement;
  plain: HTMLInputElement | null;
  language: HTMLSelectElement | null;
  further: HTMLButtonElement | null;
  walk: HTMLElement;
  before: HTMLButtonElement;
  after: HTMLButtonElement;
  where: HTMLElement;
  empty: HTMLElement;
  cards: HTMLElement;
  copy: HTMLElement;
  copied: HTMLTextAreaElement;
  'copy-said': HTMLElement;
  whatif: HTMLElement | null;
  unset: HTMLButtonElement;
  wrong: HTMLElement;
  'set-nodes': HTMLDetailsElement;
  'set-count': HTMLElement;
  'set-find': HTMLInputElement;
  'set-rows': HTMLElement;
  'set-more': HTMLElement;
  'then-nodes': HTMLDetailsElement;
  'then-count': HTMLElement;
  'then-find': HTMLInputElement;
  'then-rows': HTMLElement;
  'then-more': HTMLElement;
  screen: HTMLElement;
  compare: HTMLSelectElement;
  'screen-in': HTMLSelectElement;
  'screen-said': HTMLElement;
  'screen-rest': HTMLElement;
  'screen-key': HTMLUListElement;
  'screen-command': HTMLElement;
  screened: HTMLElement;
  apart: HTMLButtonElement | null;
  'apart-said': HTMLElement;
  experiments: HTMLOListElement;
  answer: HTMLElement;
  given: HTMLElement;
  outcome: HTMLElement;
  against: HTMLElement;
  outcomes: HTMLElement;
  context: HTMLElement;
  follows: HTMLOListElement;
  more: HTMLButtonElement;
  command: HTMLElement;
  from: HTMLSelectElement;
  to: HTMLSelectElement;
  routes: HTMLElement;
  verdict: HTMLElement;
  ways: HTMLOListElement;
  passing: HTMLElement;
  unfilter: HTMLButtonElement;
  table: HTMLTextAreaElement;
  colour: HTMLButtonElement;
  uncolour: HTMLButtonElement;
  'open-table': HTMLInputElement;
  middle: HTMLInputElement;
  coloured: HTMLElement;
  complaints: HTMLElement;
  stage: HTMLElement;
  bar: HTMLElement;
  running: HTMLElement;
  'running-title': HTMLElement;
  'stop-run': HTMLButtonElement;
  pair: HTMLButtonElement;
  pictures: HTMLElement;
  'other-of': HTMLElement;
  'net-of': HTMLElement;
  other: HTMLElement;
  scale: HTMLElement;
  columns: HTMLElement;
  column: HTMLSelectElement;
  'column-back': HTMLButtonElement;
  'column-on': HTMLButtonElement;
  'column-of': HTMLElement;
  said: HTMLElement;
  values: HTMLUListElement;
  net: HTMLElement;
  parts: HTMLElement;
  static: HTMLElement;
  map: HTMLCanvasElement;
  nearer: HTMLButtonElement;
  farther: HTMLButtonElement;
  all: HTMLButtonElement;
  overview: HTMLButtonElement;
  reach: HTMLSelectElement;
  layout: HTMLSelectElement | null;
  strip: HTMLElement;
  unfold: HTMLButtonElement;
  legend: HTMLElement;
  key: HTMLButtonElement;
  hint: HTMLElement;
  reported: HTMLElement;
  open: HTMLAnchorElement;
  [tab: `tab-${string}`]: HTMLButtonElement;
  [pack: `pack-${string}`]: HTMLScriptElement | null;
  [option: `found-${number}`]: HTMLElement;
  [end: `scale-at-${number}`]: HTMLElement;
  [select: `card-${number}`]: HTMLSelectElement | null;
}

// ---- vis-network, as far as the explorer uses it

interface VisNetwork {
  on(event: 'beforeDrawing' | 'afterDrawing', listener: (ctx: CanvasRenderingContext2D) => void): void;
  on(event: 'click', listener: (event: {pointer: {DOM: Point}}) => void): void;
  on(event: 'zoom', listener: () => void): void;
  redraw(): void;
  setSize(width: string, height: string): void;
  getScale(): number;
  getViewPosition(): Point;
  getPosition(id: number): Point;
  getNodeAt(point: Point): number | undefined;
  moveTo(options: {position?: Point, scale?: number, animation?: false | {duration: number, easingFunction: string}}): void;
  DOMtoCanvas(point: Point): Point;
  canvasToDOM(point: Point): Point;
}
interface VisData {
  clear(): void;
  add(items: object[]): void;
}
declare const vis: {
  DataSet: new (items: object[]) => VisData;
  Network: new (element: HTMLElement, data: {nodes: VisData, edges: VisData}, options: object) => VisNetwork;
};

/** What a course system offers to its pages (SCORM 1.2). Everything is text, answers too. */
interface CourseSystem {
  LMSInitialize(nothing: ''): string;
  LMSGetValue(name: string): string;
  LMSSetValue(name: string, value: string): string;
  LMSCommit(nothing: ''): string;
  LMSFinish(nothing: ''): string;
  LMSGetLastError(): string;
  LMSGetErrorString(code: string): string;
}
interface Window {
  API?: CourseSystem;
  explorer: object;
}
