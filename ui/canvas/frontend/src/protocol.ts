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
  icon: string;
  category: string;
  family: string;
  serving: string;
  inputs: InputPort[];
  outputs: OutputPort[];
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
}

/** What the selected node does to a few sample rows. */
export interface Trial {
  node: string;
  /** Whose rows they are: of the data that arrives, or of a bundled example. */
  of: "data" | "example";
  before: RowsShown | null;
  after: RowsShown | null;
  /** How many sample rows go in and come out. */
  counts: [number, number] | null;
  note: string | null;
  expressions: { [field: string]: RowsShown };
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
  inputs: { [port: string]: Column[] };
  outputs: { [port: string]: Column[] };
  fitted: string | null;
  serving: string;
}

export interface Problem {
  id: string;
  code: string;
  node: string | null;
  field: string | null;
  severity: "error" | "warning" | "info";
  message: string;
  hint: string;
  fix: { id: string; label: string } | null;
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
}

export type RefusalCode = "kind_mismatch" | "cycle" | "taken" | "duplicate" | "self" | "direction";
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
  trial: Trial | null;
  facts: { [id: string]: Facts };
  problems: Problem[];
  options: { [name: string]: Option[] };
  run: FeedData | null;
  plan?: PlanTold | null;
  /** Pixels; null fills the window. */
  height?: number | null;
  /** A node to select and to show, when it changes. */
  focus?: string | null;
  /** The last edit Python would not take, so that the browser stops retrying it. */
  refused?: { cid: string; seq: number; message: string } | null;
}

export interface Edit {
  doc: string;
  cid: string;
  seq: number;
  base: number;
  graph: Graph;
  try: number;
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
  | { type: "save" };

/** `knows`: the digest of the catalogue that the browser has; `who`: who sits at it. */
export type Intent = Wish & {
  doc: string; cid: string; seq: number; after: number; knows: string | null; who: { id: string; name: string };
};
