/** The one model of a document in this browser tab: it outlives page navigation and every re-mount. */
import { useSyncExternalStore } from "react";
import * as graphs from "./graph";
import { EMPTY, type Point } from "./graph";
import { emptyHistory, record, redo, undo, type History } from "./history";
import { arrange } from "../board/nodes/arranging";
import { boxOf, drawnAs, frameAround, putInto, type Box, type Heights } from "../board/nodes/drawn";
import type {
  Catalogue, Category, ComponentSpec, Edit, EditorData, Facts, FeedData, FunctionHelp, Graph, GraphEdge, History as NodeHistory, Intent, Json,
  LookAsked, LookData, Messages, NodeStatus, Option, Overlay, OverlayKind, Problem, Run, Trial, Wish,
} from "../protocol";
import { Looking, MOST_ROWS, PAGE_ROWS } from "./looking";
import { edgeBetween, firstFit, insertBetween, refusalCode, refusalText, type PortRef, type Specs } from "./rules";
import { Sync, type Saved } from "./sync";

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
  /** The wire that is looked into, while no node is selected. */
  wire: string | null;
  /** What the last runs say of the node that is looked at. */
  history: NodeHistory | null;
  overlay: Overlay | null;
  /** The overlay that was asked for. */
  overlaid: OverlayKind | null;
  /** Whether a preview is under way. */
  looking: boolean;
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
  setStateValue(name: "look", value: LookAsked): void;
}

const CID = `c${crypto.getRandomValues(new Uint32Array(2)).join("").slice(0, 16)}`;
const SELECT_QUIET_MS = 150;
/** For so long after a wish, nothing is asked. */
const WISH_MS = 250;
/** One for all documents: it belongs to the server. */
let catalogue: Catalogue | null = null;
let clipboard: Graph = EMPTY;
let pastes = 0;

export class Model {
  state: State;
  viewport: Viewport | null = null;
  port: Port | null = null;
  private lookPort: Port | null = null;
  private readonly sync: Sync;
  private readonly looks: Looking;
  private history: History<Graph> = emptyHistory();
  private readonly listeners = new Set<() => void>();
  private intents = 0;
  private wished = 0;
  private serial = 0;
  private told: string | null = null;
  private telling: ReturnType<typeof setTimeout> | undefined;
  private fixing = false;
  private focus: string | null = null;
  private digest: string | null = null;

  constructor(doc: string) {
    this.sync = new Sync(doc, CID, {
      snapshot: () => this.state.graph,
      send: (edit) => this.send(() => this.port?.setStateValue("edit", edit)),
      changed: () => this.update({}),
    });
    this.looks = new Looking(doc, CID, {
      send: (asked) => {
        // One after the other: what changes something must not be crossed by a question.
        if (this.sync.unsaved || Date.now() - this.wished < WISH_MS) return false;
        return this.send(() => this.lookPort?.setStateValue("look", asked), this.lookPort);
      },
      changed: () => this.update({ looking: this.looks.busy }),
    });
    this.state = {
      doc, name: "", readonly: true, graph: EMPTY, specs: new Map(), palette: [], categories: [], functions: [], trial: null, facts: {}, problems: [],
      options: {}, messages: {}, run: null, status: {}, selection: [], wire: null, history: null, overlay: null, overlaid: null, looking: false, saved: "saved", canUndo: false, canRedo: false,
      toast: null, reveal: { ids: [], serial: 0 },
    };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  // From Python

  receive(data: EditorData): void {
    const before = this.sync.base;
    const first = before < 0;
    const verdict = this.sync.receive(data);
    const change: Partial<State> = {
      name: data.name, readonly: data.readonly, facts: data.facts, problems: data.problems, options: data.options,
    };
    Object.assign(change, this.catalogued(data.catalogue));
    if (data.run) Object.assign(change, { run: data.run.run, status: data.run.nodes });
    if (verdict !== "keep") Object.assign(change, this.adopt(data, first, verdict === "refused"));
    this.update(change);
    if (data.focus && data.focus !== this.focus) {
      this.select([data.focus]);
      this.reveal([data.focus]);
    }
    this.focus = data.focus ?? null;
    if (this.sync.base !== before) this.looks.again();
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
    if (same) return;
    const ended = data.run?.status !== this.state.run?.status;
    this.update({ run: data.run, status: data.nodes });
    if (ended) this.looks.again();
  }

  /** The answer to what is looked at. */
  looked(data: LookData): void {
    if (!this.looks.receive(data)) return;
    const overlay = this.looks.sight.overlay === data.overlay?.kind ? (data.overlay ?? null) : null;
    const node = data.pending ? {} : { trial: data.trial ?? null, history: data.history ?? null };
    this.update({ ...node, overlay, looking: this.looks.busy });
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

  /** The mount that questions about what is looked at go through. */
  attachLook(port: Port | null): void {
    const fresh = this.lookPort === null && port !== null;
    this.lookPort = port;
    if (fresh) this.looks.resume();
  }

  detach(): void {
    this.sync.flush();
    this.port = null;
  }

  wish(wish: Wish): void {
    if (wish.type === "fix") this.fixing = true;
    const after = wish.type === "select" ? this.sync.seq : this.sync.flush();
    const intent: Intent = { ...wish, doc: this.state.doc, cid: CID, seq: ++this.intents, after, knows: catalogue?.digest ?? null };
    this.wished = Date.now();
    this.send(() => this.port?.setStateValue("intent", intent));
  }

  private send(deliver: () => void, port: Port | null = this.port): boolean {
    if (!port) return false;
    deliver();
    return true;
  }

  // Changes by the person

  change(graph: Graph, tag: string | null = null): void {
    if (this.state.readonly || graph === this.state.graph) return;
    this.history = record(this.history, this.state.graph, tag, Date.now());
    this.put(graph);
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
    const wanted: Point = beside ? [beside.position[0] + graphs.CARD_WIDTH + 110, beside.position[1]] : centre;
    const [grown, id] = graphs.addNode(graph, component, graphs.freePlace(graph, wanted));
    const edge = beside ? firstFit(grown, specs, beside.id, id) : null;
    this.change(edge ? graphs.addEdge(grown, edge) : grown);
    this.select([id]);
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

  copy(): number {
    if (this.state.selection.length === 0) return 0;
    clipboard = graphs.fragment(this.state.graph, new Set(this.state.selection));
    pastes = 0;
    return clipboard.nodes.length;
  }

  paste(): void {
    if (clipboard.nodes.length === 0) return;
    pastes += 1;
    this.insert(clipboard, 40 * pastes);
  }

  duplicate(): void {
    this.insert(graphs.fragment(this.state.graph, new Set(this.state.selection)), 40);
  }

  // What is looked at

  select(ids: readonly string[]): void {
    const same = ids.length === this.state.selection.length && ids.every((id) => this.state.selection.includes(id));
    if (same) return;
    this.update({ selection: ids, wire: null });
    this.lookAt(ids.length === 1 ? ids[0]! : null, null);
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.tellSelection(), SELECT_QUIET_MS);
  }

  /** Look into a wire: at the rows that leave its source. */
  lookIntoWire(id: string | null): void {
    if (id === this.state.wire) return;
    const edge = this.state.graph.edges.find((one) => graphs.edgeId(one) === id);
    this.update({ wire: edge ? id : null });
    if (edge) this.lookAt(edge.source, edge.source_port);
    else if (this.state.selection.length !== 1) this.lookAt(null, null);
  }

  /** Of the node that is looked at: another output. */
  lookAtPort(port: string): void {
    this.looks.at({ port, rows: PAGE_ROWS });
  }

  lookAtMore(): void {
    this.looks.at({ rows: Math.min(MOST_ROWS, this.looks.sight.rows + 150) });
  }

  /** Lay something over the drawing, or take it away. */
  overlay(kind: OverlayKind | null, model: string | null = null): void {
    this.update({ overlaid: kind, overlay: kind === this.state.overlay?.kind ? this.state.overlay : null });
    this.looks.at({ overlay: kind, model });
  }

  private lookAt(node: string | null, port: string | null): void {
    if (node !== this.looks.sight.node || port !== this.looks.sight.port) this.update({ trial: null, history: null });
    this.looks.at({ node, port, rows: PAGE_ROWS });
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

  private insert(piece: Graph, offset: number): void {
    if (piece.nodes.length === 0) return;
    const [graph, ids] = graphs.paste(this.state.graph, piece, [offset, offset]);
    this.change(graph);
    this.select(ids);
  }

  private travel(step: [History<Graph>, Graph] | null): void {
    if (!step || this.state.readonly) return;
    this.history = step[0];
    const here = new Set(step[1].nodes.map((node) => node.id));
    this.select(this.state.selection.filter((id) => here.has(id)));
    this.put(step[1]);
  }

  private put(graph: Graph): void {
    this.state = { ...this.state, graph };
    this.sync.touch();
  }

  private update(change: Partial<State>): void {
    const canUndo = this.history.past.length > 0;
    const canRedo = this.history.future.length > 0;
    this.state = { ...this.state, ...change, saved: this.sync.saved, canUndo, canRedo };
    for (const listener of this.listeners) listener();
  }
}

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
