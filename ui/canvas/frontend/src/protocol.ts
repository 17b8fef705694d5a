/** The shapes that travel between Python and the browser. Python's side of it is `ui/canvas/messages.py`. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Params = { [name: string]: Json };
export type PortKind = "table" | "model";

export interface GraphNode {
  id: string;
  component: string;
  title: string | null;
  params: Params;
  position: [number, number];
  /** Switched off: bypassed where something can pass, else left out with what needs it. Left out of the message when not. */
  disabled?: boolean;
}

export interface GraphEdge {
  source: string;
  source_port: string;
  target: string;
  target_port: string;
}

export type ParameterType = "text" | "integer" | "number" | "boolean" | "date" | "choice" | "column" | "dataset" | "any";

/** What the pipeline declares of one of its parameters. */
export interface Parameter {
  type: ParameterType;
  default: Json;
  about: string;
  min: number | null;
  max: number | null;
  choices: (string | number)[];
}

export type Parameters = { [name: string]: Parameter };

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
  /** A change of the graph that does not name them leaves them as they are. */
  params?: Parameters;
}

export interface InputPort {
  name: string;
  kind: PortKind;
  optional?: boolean;
  many?: boolean;
}

export interface OutputPort {
  name: string;
  kind: PortKind;
}

export interface Schema {
  [keyword: string]: unknown;
  type?: string | string[];
  properties?: { [name: string]: Schema };
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  enum?: Json[];
  const?: Json;
  default?: Json;
  title?: string;
  description?: string;
  $ref?: string;
  $defs?: { [name: string]: Schema };
}

export interface ComponentSpec {
  key: string;
  title: string;
  about: string;
  /** What else people call it. */
  words: string[];
  icon: string;
  category: string;
  family: string;
  serving: string;
  inputs: InputPort[];
  outputs: OutputPort[];
  /** Whether something goes through it when it is switched off. */
  passes?: boolean;
  params: Schema;
  help: string;
  requires: string[];
}

/** A function that an expression may call. */
export interface FunctionHelp {
  name: string;
  signature: string;
  about: string;
}

/** What does not change while the server runs; it is sent again only to a browser that does not say it has it. */
export interface Catalogue {
  digest: string;
  palette: ComponentSpec[];
  categories: Category[];
  functions: FunctionHelp[];
  messages: Messages;
}

/** A few rows as they are shown. */
export interface RowsShown {
  columns: string[];
  /** Those that are new or hold other values than before. */
  changed: string[];
  rows: (string | null)[][];
  /** For each row, the places of the cells that hold something else than before. */
  marks: number[][];
  total: number;
  /** How many columns are not shown. */
  left_out: number;
}

/** Something about a text that its writer should know; lines and columns are counted from 1. */
export interface Remark {
  line: number;
  column: number;
  severity: Problem["severity"];
  message: string;
  hint: string;
  node: string | null;
}

/** The answer to what the text view asked. */
export interface Written {
  serial: number;
  rev: number;
  /** Of what is drawn; null where another text was sent. */
  text: string | null;
  /** What that other text would draw; null where it is no pipeline. */
  graph: Graph | null;
  remarks: Remark[];
}

/** How much of a source the sample is. */
export interface Sampled {
  node: string;
  title: string;
  rows: number;
  of: number;
}

/** One column of a sample at a glance. */
export interface Sketch {
  name: string;
  kind: string;
  type: string;
  is_new: boolean;
  /** Shares of the rows are from 0 to 1. */
  missing: number;
  distinct: number | null;
  least: string | null;
  middle: string | null;
  most: string | null;
  bins: number[];
  top: [string, number][];
}

/** What the node that is looked at does to sample rows. */
export interface Trial {
  node: string;
  port: string | null;
  ports: string[];
  /** Whose rows they are: of the data that arrives, of a bundled example, or of a run where no preview can show them. */
  of: "data" | "example" | "run";
  run: number | null;
  before: RowsShown | null;
  after: RowsShown | null;
  /** How many sample rows go in and come out. */
  counts: [number, number] | null;
  arriving: { [port: string]: number };
  sources: Sampled[];
  /** What must be known to read the sample rightly. */
  notes: string[];
  /** Why there is nothing to see. */
  note: string | null;
  columns: Sketch[];
  expressions: { [field: string]: RowsShown };
  seconds: number;
}

/** What a node did in one run. */
export interface Figures {
  run: number;
  run_id: string;
  at: string | null;
  status: string;
  cached: boolean;
  rows_in: number | null;
  rows_out: number | null;
  seconds: number | null;
  cpu_seconds: number | null;
  memory_mb: number | null;
  bytes_read: number | null;
  bytes_written: number | null;
  bytes_spilled: number | null;
}

/** A node's latest run beside others. */
export interface History {
  last: Figures;
  previous: Figures | null;
  best: Figures | null;
  words: string[];
  times: [number, number][];
}

export type OverlayKind = "fitted" | "serving";

/** Something laid over the drawing: what learns from which rows, or what an endpoint runs. */
export interface Overlay {
  kind: OverlayKind;
  marks: { [node: string]: { kind: string; words: string } };
  /** Where rows get their roles: the node that meets them first, and how that came. */
  borders: { [node: string]: string };
  models: { id: string; title: string }[];
  model: string | null;
  note: string | null;
}

export interface Category {
  key: string;
  title: string;
}

export interface Column {
  name: string;
  kind: string;
  type: string;
}

export interface Facts {
  summary: string;
  note: string | null;
  /** Whether it takes part in runs, or what a switch makes of it. */
  part?: "on" | "bypassed" | "off" | "left_out";
  inputs: { [port: string]: Column[] };
  outputs: { [port: string]: Column[] };
  /** By output, the columns that had another name at the input: new name → old name. */
  renamed: { [port: string]: { [name: string]: string } };
  fitted: string | null;
  serving: string;
}

/** As they are sent: each port with the number of its columns among the `tables`. */
export interface ToldFacts extends Omit<Facts, "inputs" | "outputs"> {
  inputs: { [port: string]: number };
  outputs: { [port: string]: number };
}

export interface Problem {
  id: string;
  code: string;
  node: string | null;
  field: string | null;
  severity: "error" | "warning" | "info";
  message: string;
  hint: string;
  /** `safe`: it loses nothing that was drawn. */
  fix: { id: string; label: string; safe?: boolean } | null;
}

export interface Option {
  value: string;
  label: string;
  about?: string;
}

export interface Run {
  id: string;
  status: "queued" | "running" | "succeeded" | "failed" | "cancelled" | "crashed";
  number: number;
  progress: number | null;
  remaining_seconds: number | null;
  seconds: number | null;
  message: string | null;
  /** The parameters that were asked for. */
  params?: Params;
}

/** What a node of the latest run found out: a few figures, a small plot, and where to read on. */
export interface NodeOutcome {
  run: number;
  metrics: { label: string; value: string; baseline: string | null; difference: string | null; is: "better" | "worse" | "same" }[];
  matrix: { labels: string[]; counts: number[][] } | null;
  curve: { title: string; across: string; up: string; points: [number, number][] } | null;
  notes: string[];
  page: { path: string; label: string; [asked: string]: string };
}

export interface NodeStatus {
  status: "waiting" | "running" | "done" | "failed" | "skipped" | "cached" | "stale";
  rows_in: number | null;
  rows_out: number | null;
  seconds: number | null;
  message: string | null;
  hint?: string | null;
  outcome?: NodeOutcome | null;
}

/** Somebody who has this pipeline open. */
export interface Person {
  id: string;
  cid: string;
  name: string;
  colour: number;
  node: string | null;
  editing: boolean;
  me: boolean;
}

/** What a run would do, for the drawing of a revision. */
export interface PlanTold {
  rev: number;
  to: string | null;
  changed: { node: string; title: string }[];
  more?: number;
  reused: number;
  cost: string;
  words: string;
  problem: string | null;
  /** What a run to the node `to` would do and take, or why it cannot; empty where none was named. */
  until: string;
}

export type RefusalCode = "kind_mismatch" | "cycle" | "taken" | "duplicate" | "self" | "direction" | "no_input" | "no_output" | "unknown";
export type Messages = { [code in RefusalCode]?: string };

export interface FeedData {
  kind: "feed";
  doc: string;
  run: Run | null;
  nodes: { [id: string]: NodeStatus };
  /** Whose the newest drawing is, and who is here; not in what comes with the editor's own data. */
  rev?: number;
  by?: string;
  people?: Person[];
}

/** What the person looks at: asked through an invisible mount of its own, so that no edit waits for it. */
export interface LookAsked {
  doc: string;
  cid: string;
  seq: number;
  node: string | null;
  /** An output of the node; null for its first one. */
  port: string | null;
  rows: number;
  overlay: OverlayKind | null;
  /** The model whose endpoint is shown. */
  model: string | null;
  try: number;
}

/** The answer to it; `pending` while the preview is worked out: then it is to be asked again. */
export interface LookData {
  kind: "look";
  doc: string;
  cid: string | null;
  seq: number;
  pending: boolean;
  trial?: Trial | null;
  history?: History | null;
  overlay?: Overlay;
}

/** What became of a node from one version to another. */
export interface NodeDiff {
  /** `moved` is a change of looks alone: place, title, a note. */
  state: "added" | "removed" | "changed" | "moved";
  /** Everything that changed, one line each. */
  words: string[];
  /** Params that matter. */
  params: { label: string; before: string; after: string }[];
}

/** Two versions on one canvas: the graph holds what either of them has. */
export interface GraphDiff {
  before: string;
  after: string;
  summary: string;
  nodes: { [id: string]: NodeDiff };
  /** By the wire's id, `source.port->target.port`. */
  wires: { [id: string]: "added" | "removed" };
  /** Changes of the pipeline itself. */
  others: string[];
}

export interface EditorData {
  kind: "editor";
  doc: string;
  name: string;
  rev: number;
  by: string;
  ack: number;
  readonly: boolean;
  graph: Graph;
  /** Null where the browser said that it has it. */
  catalogue: Catalogue | null;
  facts: { [id: string]: ToldFacts };
  tables: Column[][];
  problems: Problem[];
  options: { [name: string]: Option[] };
  run: FeedData | null;
  /** Where two versions are shown instead of a draft. */
  diff?: GraphDiff | null;
  plan?: PlanTold | null;
  /** Pixels; null fills the window. */
  height?: number | null;
  /** A node to select and to show, when it changes. */
  focus?: string | null;
  /** What became of the text that was pasted last. */
  pasted?: Pasted | null;
  /** To the last question, until something else is said. */
  answer?: Answer | null;
  /** While the text view is open. */
  written?: Written | null;
}

/** One line of what a change would change. */
export interface ProposedChange {
  kind: "insert" | "param" | "derived" | "look";
  node: string;
  label: string;
  field: string | null;
  before: string;
  after: string;
  note: string;
}

/** To a question of the canvas: the drawing that it may adopt, with what that changes; or why there is none. */
export interface Answer {
  cid: string;
  seq: number;
  asked: "rename" | "retype" | "later";
  title: string;
  /** How many settings follow. */
  uses: number;
  changes: ProposedChange[];
  graph: Graph | null;
  error: string | null;
}

/** A pasted text as a part of a pipeline, or why it is none. */
export interface Pasted {
  cid: string;
  seq: number;
  graph: Graph | null;
  message: string;
}

/** The text view is open: it asks for the text of what is drawn, or, with a text, what is to be said of that. */
export interface Asked {
  doc: string;
  serial: number;
  text: string | null;
  try: number;
}

export interface Edit {
  doc: string;
  cid: string;
  seq: number;
  base: number;
  graph: Graph;
  try: number;
}

/** The answer to a posted edit: whose the newest drawing is now, or why this one is not taken. */
export type Stored = { rev: number; by: string; ack: number; refused: null } | { refused: Refused };

export interface Refused {
  seq: number;
  message: string;
}

export type Wish =
  | { type: "select"; node: string | null }
  | { type: "open"; node: string }
  | { type: "run"; to: string | null; params?: Params }
  | { type: "plan"; to: string | null; params?: Params }
  | { type: "here" }
  | { type: "catch_up" }
  | { type: "cancel" }
  | { type: "fix"; problem: string; fix: string }
  | { type: "paste"; text: string }
  | { type: "begin"; of: "data" | "templates" }
  | { type: "fix_all" }
  | { type: "rename" | "retype"; node: string; port: string; column: string; to: string }
  | { type: "later"; node: string; params: Params }
  | { type: "save" };

/** `knows`: the digest of the catalogue that the browser has; `who`: who sits at it. */
export type Intent = Wish & {
  doc: string; cid: string; seq: number; knows: string | null; who: { id: string; name: string };
};
