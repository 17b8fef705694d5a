/** The one model of a document in this browser tab: it outlives page navigation and every re-mount. */
import { useSyncExternalStore } from "react";
import * as graphs from "./graph";
import { EMPTY, type Point } from "./graph";
import { emptyHistory, record, redo, undo, type History } from "./history";
import { arrange } from "../board/nodes/arranging";
import { boxOf, drawnAs, frameAround, putInto, type Box, type Heights } from "../board/nodes/drawn";
import type {
  Catalogue, Category, ComponentSpec, Edit, EditorData, Facts, FeedData, FunctionHelp, Graph, GraphEdge, Intent, Json, Messages,
  NodeStatus, Option, Problem, Run, Trial, Wish,
} from "../protocol";
import { align, distribute, type Axis, type Line } from "./aligning";
import { keep, recall } from "./clipboard";
import { Pasting } from "./pasting";
import { besidePort, GAP, shiftOf } from "./placing";
import { edgeBetween, firstFit, insertBetween, refusalCode, refusalText, type PortRef, type Specs } from "./rules";
import { bare, shared, sharedList } from "./sharing";
import { Sync, type Remote, type Saved } from "./sync";

export interface State {
  doc: string;
  name: string;
  readonly: boolean;
  graph: Graph;
  specs: Specs;
  palette: ComponentSpec[];
  categories: Category[];
  functions: FunctionHelp[];
  trial: Trial | null;
  facts: { [id: string]: Facts };
  problems: Problem[];
  options: { [name: string]: Option[] };
  messages: Messages;
  run: Run | null;
  status: { [id: string]: NodeStatus };
  selection: readonly string[];
  /** The port that the palette shows the fitting components for. */
  port: PortRef | null;
  saved: Saved;
  canUndo: boolean;
  canRedo: boolean;
  toast: { text: string; undo: boolean; serial: number } | null;
  /** Rises when the view should show these nodes. */
  reveal: { ids: readonly string[]; serial: number };
}

export interface Viewport {
  x: number;
  y: number;
  zoom: number;
}

export interface Port {
  setStateValue(name: "edit", value: Edit): void;
  setStateValue(name: "intent", value: Intent): void;
}

const CID = `c${crypto.getRandomValues(new Uint32Array(2)).join("").slice(0, 16)}`;
const SELECT_QUIET_MS = 150;
/** Tags of changes that come letter by letter. */
const TYPED = /^(param|title) /;
/** One for all documents: it belongs to the server. */
let catalogue: Catalogue | null = null;

export class Model {
  state: State;
  viewport: Viewport | null = null;
  port: Port | null = null;
  private readonly sync: Sync;
  private readonly pasting: Pasting;
  private history: History<Graph> = emptyHistory();
  private readonly listeners = new Set<() => void>();
  private intents = 0;
  private serial = 0;
  private told: string | null = null;
  private telling: ReturnType<typeof setTimeout> | undefined;
  private fixing = false;
  private focused: string | null = null;
  private focus: string | null = null;
  private digest: string | null = null;

  constructor(doc: string) {
    this.sync = new Sync(doc, CID, {
      snapshot: () => this.state.graph,
      send: (edit) => this.send(() => this.port?.setStateValue("edit", edit)),
      changed: () => this.update({}),
    });
    this.pasting = new Pasting(CID, {
      ask: (text) => this.wish({ type: "paste", text }),
      insert: (piece, seen) => this.insert(piece, shiftOf(this.state.graph, piece, this.state.specs, seen)),
      say: (text) => this.say(text),
    });
    this.state = {
      doc, name: "", readonly: true, graph: EMPTY, specs: new Map(), palette: [], categories: [], functions: [], trial: null, facts: bare({}), problems: [],
      options: {}, messages: {}, run: null, status: bare({}), selection: [], port: null, saved: "saved", canUndo: false, canRedo: false,
      toast: null, reveal: { ids: [], serial: 0 },
    };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  // From Python

  receive(data: EditorData): void {
    const first = this.sync.base < 0;
    const verdict = this.sync.receive(data);
    const change: Partial<State> = {
      name: data.name, readonly: data.readonly, options: data.options,
      facts: shared(this.state.facts, data.facts), problems: sharedList(this.state.problems, data.problems),
      trial: data.trial,
    };
    Object.assign(change, this.catalogued(data.catalogue));
    if (data.run) Object.assign(change, { run: data.run.run, status: shared(this.state.status, data.run.nodes) });
    if (verdict !== "keep") Object.assign(change, this.adopt(data, first, verdict === "refused"));
    this.update(change);
    if (data.focus && data.focus !== this.focus) {
      this.select([data.focus]);
      this.reveal([data.focus]);
    }
    this.focus = data.focus ?? null;
    this.pasting.receive(data.pasted);
  }

  /** What was drawn here is stored; the rest of the answer follows. */
  acknowledge(remote: Remote): void {
    if (remote.by !== CID || this.sync.base < 0) return;
    this.sync.receive(remote);
    this.update({});
  }

  private catalogued(sent: Catalogue | null): Partial<State> {
    catalogue = sent ?? catalogue;
    if (!catalogue) {
      queueMicrotask(() => this.wish({ type: "select", node: null })); // says that nothing is known here
      return {};
    }
    if (catalogue.digest === this.digest) return {};
    this.digest = catalogue.digest;
    const { palette, categories, functions, messages } = catalogue;
    return { palette, categories, functions, messages, specs: new Map(palette.map((spec) => [spec.key, spec])) };
  }

  feed(data: FeedData): void {
    const same = JSON.stringify([data.run, data.nodes]) === JSON.stringify([this.state.run, this.state.status]);
    if (!same) this.update({ run: data.run, status: shared(this.state.status, data.nodes) });
  }

  private adopt(data: EditorData, first: boolean, refused: boolean): Partial<State> {
    const previous = this.state.graph;
    const here = new Set(data.graph.nodes.map((node) => node.id));
    const change: Partial<State> = { graph: data.graph, selection: this.state.selection.filter((id) => here.has(id)) };
    if (first || graphs.sameGraph(previous, data.graph)) return change;
    this.history = record(this.history, previous, null, Date.now());
    const who = data.by === "server" ? "the server" : "another tab";
    const news = this.fixing ? "Fix applied. Undo takes it back." : `Updated by ${who}. Undo brings your version back.`;
    this.fixing = false;
    const text = refused ? `${data.refused?.message ?? "This change was not accepted."} Undo brings it back.` : news;
    return { ...change, toast: { text, undo: true, serial: ++this.serial } };
  }

  // To Python

  attach(port: Port): void {
    const fresh = this.port === null;
    this.port = port;
    if (fresh && this.sync.unsaved) this.sync.resume();
  }

  /** Streamlit may take the editor off the page for a moment; who typed there goes on typing. */
  leave(focused: string | null): void {
    this.focused = focused;
  }

  /** What had the focus when the editor was left; asked once. */
  focusLeft(): string | null {
    const focused = this.focused;
    this.focused = null;
    return focused;
  }

  detach(): void {
    this.sync.flush();
    this.port = null;
  }

  /** Returns the number of the intent. */
  wish(wish: Wish): number {
    if (wish.type === "fix") this.fixing = true;
    const after = wish.type === "select" ? this.sync.seq : this.sync.flush();
    const intent: Intent = { ...wish, doc: this.state.doc, cid: CID, seq: ++this.intents, after, knows: catalogue?.digest ?? null };
    this.send(() => this.port?.setStateValue("intent", intent));
    return this.intents;
  }

  private send(deliver: () => void): boolean {
    if (!this.port) return false;
    deliver();
    return true;
  }

  // Changes by the person

  change(graph: Graph, tag: string | null = null): void {
    if (this.state.readonly || graph === this.state.graph) return;
    this.history = record(this.history, this.state.graph, tag, Date.now());
    this.put(graph, tag !== null && TYPED.test(tag));
  }

  undo(): void {
    this.travel(undo(this.history, this.state.graph));
  }

  redo(): void {
    this.travel(redo(this.history, this.state.graph));
  }

  add(component: string, place: Point, partner?: PortRef): string {
    const [graph, id] = graphs.addNode(this.state.graph, component, place);
    const { specs } = this.state;
    const edge = !partner
      ? null
      : partner.side === "out"
        ? firstFit(graph, specs, partner.node, id, partner)
        : firstFit(graph, specs, id, partner.node, partner);
    this.change(edge ? graphs.addEdge(graph, edge) : graph);
    this.select([id]);
    return id;
  }

  /** Beside the selected node, wired to it where that fits; else at `centre`. A frame comes around what is selected. */
  addBeside(component: string, centre: Point, heights: Heights): string {
    const { graph, selection, specs } = this.state;
    if (drawnAs(specs.get(component)) === "frame" && selection.length > 0) return this.addAround(component, heights);
    const beside = graphs.nodeOf(graph, selection.length === 1 ? selection[0]! : null);
    const wanted: Point = beside ? [beside.position[0] + graphs.CARD_WIDTH + GAP, beside.position[1]] : centre;
    const [grown, id] = graphs.addNode(graph, component, graphs.freePlace(graph, wanted));
    const edge = beside ? firstFit(grown, specs, beside.id, id) : null;
    this.change(edge ? graphs.addEdge(grown, edge) : grown);
    this.select([id]);
    this.reveal([id]);
    return id;
  }

  /** Wired to a port; where its one wire is drawn already, between the two that it joins. */
  addTo(port: PortRef, component: string): string {
    const { graph, specs } = this.state;
    const wire = graph.edges.find((edge) => port.side === "in" && edge.target === port.node && edge.target_port === port.port);
    const inputs = specs.get(graphs.nodeOf(graph, port.node)?.component ?? "")?.inputs;
    const collects = inputs?.some((input) => input.name === port.port && input.many);
    const place = besidePort(graph, port);
    const id = wire && !collects ? this.addOnEdge(component, place, wire) : this.add(component, place, port);
    this.choosePort(null);
    this.reveal([id]);
    return id;
  }

  private addAround(component: string, heights: Heights): string {
    const { graph, selection, specs } = this.state;
    const chosen = graph.nodes.filter((node) => selection.includes(node.id));
    const box = frameAround(chosen.map((node) => boxOf(node, specs, heights)));
    const [grown, id] = graphs.addNode(graph, component, [box.x, box.y]);
    this.change(putInto(grown, id, box));
    this.select([id]);
    return id;
  }

  /** Put a new node onto a wire; where it does not fit, it is only placed. */
  addOnEdge(component: string, place: Point, edge: GraphEdge): string {
    const [grown, id] = graphs.addNode(this.state.graph, component, place);
    const inserted = insertBetween(grown, this.state.specs, edge, id);
    this.change(inserted ? makeRoom(inserted, id) : grown);
    this.select([id]);
    return id;
  }

  /** Draw a wire, or return why not. */
  connect(a: PortRef, b: PortRef): string | null {
    const refusal = this.refusal(a, b);
    const edge = edgeBetween(a, b);
    if (!refusal && edge) this.change(graphs.addEdge(this.state.graph, edge));
    return refusal;
  }

  refusal(a: PortRef, b: PortRef): string | null {
    const { graph, specs, messages } = this.state;
    const drawn = edgeBetween(a, b);
    const edge = drawn ?? { source: a.node, source_port: a.port, target: b.node, target_port: b.port };
    const code = drawn ? refusalCode(graph, specs, edge) : a.node === b.node ? "self" : "direction";
    return code && refusalText(graph, specs, messages, edge, code);
  }

  remove(nodes: Iterable<string>, edges: Iterable<string> = []): void {
    const gone = new Set(nodes);
    const cut = new Set(edges);
    if (gone.size + cut.size === 0) return;
    this.change(graphs.removeParts(this.state.graph, gone, cut));
    this.select(this.state.selection.filter((id) => !gone.has(id)));
  }

  setParam(id: string, field: string, value: Json | undefined): void {
    const node = graphs.nodeOf(this.state.graph, id);
    if (!node) return;
    const { [field]: _, ...rest } = node.params;
    const params = value === undefined ? rest : { ...node.params, [field]: value };
    if (JSON.stringify(params) === JSON.stringify(node.params)) return;
    this.change(graphs.changeNode(this.state.graph, id, { params }), `param ${id} ${field}`);
  }

  setTitle(id: string, title: string | null): void {
    this.change(graphs.changeNode(this.state.graph, id, { title }), `title ${id}`);
  }

  move(positions: ReadonlyMap<string, Point>, tag: string | null = null): void {
    this.change(graphs.moveNodes(this.state.graph, positions), tag);
  }

  /** Where a note or a frame lies, and how large it is. */
  putInto(id: string, box: Box): void {
    this.change(putInto(this.state.graph, id, box), `size ${id}`);
  }

  arrange(heights: Heights): void {
    this.change(arrange(this.state.graph, this.state.specs, heights));
    this.reveal([]);
  }

  align(line: Line, heights: Heights): void {
    this.change(align(this.state.graph, this.state.specs, this.state.selection, line, heights));
  }

  distribute(axis: Axis, heights: Heights): void {
    this.change(distribute(this.state.graph, this.state.specs, this.state.selection, axis, heights));
  }

  /** What is selected as text for the clipboard; null where nothing is. */
  copy(): string | null {
    const { graph, selection } = this.state;
    if (selection.length === 0) return null;
    const text = keep(graphs.fragment(graph, new Set(selection)));
    this.say(`${selection.length === 1 ? "One node is" : `${selection.length} nodes are`} copied, as text too.`);
    return text;
  }

  /** What the clipboard holds, where `seen` is the visible part of the drawing. */
  paste(text: string, seen: Box): void {
    const { graph, specs, readonly } = this.state;
    if (readonly) return this.say("This pipeline is only shown here. Nothing was pasted.");
    const piece = recall(text);
    if (piece) this.insert(piece, shiftOf(graph, piece, specs, seen));
    else this.pasting.start(text, seen);
  }

  duplicate(): void {
    this.insert(graphs.fragment(this.state.graph, new Set(this.state.selection)), [40, 40]);
  }

  // What is looked at

  select(ids: readonly string[]): void {
    const same = ids.length === this.state.selection.length && ids.every((id) => this.state.selection.includes(id));
    if (same) return;
    this.update({ selection: ids });
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.tellSelection(), SELECT_QUIET_MS);
  }

  choosePort(port: PortRef | null): void {
    this.update({ port });
  }

  reveal(ids: readonly string[]): void {
    this.update({ reveal: { ids, serial: ++this.serial } });
  }

  say(text: string): void {
    this.update({ toast: { text, undo: false, serial: ++this.serial } });
  }

  hush(): void {
    this.update({ toast: null });
  }

  private tellSelection(): void {
    const node = this.state.selection.length === 1 ? this.state.selection[0]! : null;
    if (node === this.told) return;
    this.told = node;
    this.wish({ type: "select", node });
  }

  private insert(piece: Graph, shift: Point): void {
    const { graph } = this.state;
    if (piece.nodes.length === 0) return;
    const [nodes, edges] = [graph.nodes.length + piece.nodes.length, graph.edges.length + piece.edges.length];
    if (nodes > graphs.MOST_NODES || edges > graphs.MOST_EDGES) return this.say(tooMany(nodes, edges));
    const [next, ids] = graphs.paste(graph, piece, shift);
    this.change(next);
    this.select(ids);
    this.reveal(ids.slice(0, 1));
  }

  private travel(step: [History<Graph>, Graph] | null): void {
    if (!step || this.state.readonly) return;
    this.history = step[0];
    const here = new Set(step[1].nodes.map((node) => node.id));
    this.select(this.state.selection.filter((id) => here.has(id)));
    this.put(step[1]);
  }

  private put(graph: Graph, typing = false): void {
    this.state = { ...this.state, graph };
    this.sync.touch(typing);
  }

  private update(change: Partial<State>): void {
    const canUndo = this.history.past.length > 0;
    const canRedo = this.history.future.length > 0;
    this.state = { ...this.state, ...change, saved: this.sync.saved, canUndo, canRedo };
    for (const listener of this.listeners) listener();
  }
}

const tooMany = (nodes: number, edges: number): string =>
  `Nothing was added: the pipeline would have ${nodes.toLocaleString("en-US")} nodes and ${edges.toLocaleString("en-US")} wires. ` +
  `It may have ${graphs.MOST_NODES.toLocaleString("en-US")} and ${graphs.MOST_EDGES.toLocaleString("en-US")}.`;

/** Shift what stands to the right of a node that was put between two others, when it stands too close. */
function makeRoom(graph: Graph, id: string): Graph {
  const node = graphs.nodeOf(graph, id);
  const follower = graphs.nodeOf(graph, graph.edges.find((edge) => edge.source === id)?.target ?? null);
  if (!node || !follower) return graph;
  const before = graphs.nodeOf(graph, graph.edges.find((edge) => edge.target === id)?.source ?? null);
  const x = before ? Math.max(node.position[0], before.position[0] + graphs.CARD_WIDTH + 60) : node.position[0];
  const missing = x + graphs.CARD_WIDTH + 60 - follower.position[0];
  const places = new Map<string, Point>([[id, graphs.snapped([x, node.position[1]])]]);
  for (const other of graph.nodes) {
    const right = other.id !== id && other.position[0] >= follower.position[0];
    if (missing > 0 && right) places.set(other.id, graphs.snapped([other.position[0] + missing, other.position[1]]));
  }
  return graphs.moveNodes(graph, places);
}

const models = new Map<string, Model>();

export function modelOf(doc: string): Model {
  const known = models.get(doc) ?? new Model(doc);
  models.set(doc, known);
  return known;
}

/** Re-renders only when the chosen part changes; the part must be a value or a stable reference. */
export function useModel<T>(model: Model, choose: (state: State) => T): T {
  return useSyncExternalStore(model.subscribe, () => choose(model.state));
}
