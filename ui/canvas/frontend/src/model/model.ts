/** The one model of a document in this browser tab: it outlives page navigation and every re-mount. */
import { useSyncExternalStore } from "react";
import * as graphs from "./graph";
import { EMPTY, type Point } from "./graph";
import { emptyHistory, record, redo, undo, type History } from "./history";
import { arrange } from "../board/nodes/arranging";
import { expandTo, onShown } from "../board/groups/collapsing";
import { boxOf, drawnAs, frameAround, putInto, type Box, type Heights } from "../board/nodes/drawn";
import { firstFitFrom } from "../board/groups/landing";
import { forgetting, relisted } from "../board/groups/grouping";
import { shownOf, visible, withHidden, withTheirs } from "../board/groups/shown";
import { removedWords } from "./acting";
import { Following } from "./following";
import { Questions, type Inquiry } from "./questions";
import { inWords, replaced } from "./replacing";
import type {
  Answer, Asked, Catalogue, Category, ComponentSpec, Edit, EditorData, Facts, FeedData, FunctionHelp, Graph, GraphDiff, GraphEdge,
  History as NodeHistory, Intent, Json, LookAsked, LookData, Messages, NodeStatus, Option, Overlay, OverlayKind, Person, PlanTold, Problem, Run,
  Trial, Wish,
} from "../protocol";
import { Looking, MOST_ROWS, PAGE_ROWS } from "./looking";
import { align, distribute, type Axis, type Line } from "./aligning";
import { keep, recall } from "./clipboard";
import { conflictsIn, joined, rebased, type Standing } from "./joining";
import { takeOther } from "./merge";
import { Pasting } from "./pasting";
import { me } from "./person";
import { besidePort, GAP, shiftOf } from "./placing";
import { edgeBetween, firstFit, insertBetween, refusalCode, refusalText, titleOf, type PortRef, type Specs } from "./rules";
import { bare, shared, sharedList } from "./sharing";
import { Sync, type Remote, type Saved } from "./sync";
import { TextView } from "./text-view";

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
  diff: GraphDiff | null;
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
  /** The note that is written on, or the group that is named, where it lies. */
  editing: string | null;
  /** The port that the palette shows the fitting components for. */
  port: PortRef | null;
  /** Who else is here, and what both of us changed at once. */
  people: readonly Person[];
  conflicts: readonly Standing[];
  /** What a run would do, as far as it was asked for since the last change. */
  plan: PlanTold | null;
  /** Rises when somebody wants to see the parameters. */
  parametersAsked: number;
  rev: number;
  saved: Saved;
  canUndo: boolean;
  canRedo: boolean;
  toast: Toast | null;
  /** What is to be changed, while its dialog is open; and what Python says that would change. */
  inquiry: Inquiry | null;
  answer: Answer | null;
  /** Rises when the view should show these nodes. */
  reveal: { ids: readonly string[]; serial: number };
}

export interface Toast {
  text: string;
  undo: boolean;
  serial: number;
  acts?: { label: string; run(): void }[];
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
  setStateValue(name: "asked", value: Asked | null): void;
}

const CID = `c${crypto.getRandomValues(new Uint32Array(2)).join("").slice(0, 16)}`;
const SELECT_QUIET_MS = 150;
/** Tags of changes that come letter by letter. */
const TYPED = /^(param|title) /;
const HERE_MS = 400;
const CATCH_UP_MS = 3000;
/** For so long after a wish, nothing is asked. */
const WISH_MS = 250;
/** One for all documents: it belongs to the server. */
let catalogue: Catalogue | null = null;

export class Model {
  state: State;
  viewport: Viewport | null = null;
  port: Port | null = null;
  private lookPort: Port | null = null;
  /** How tall the cards are, as far as they were drawn: those of collapsed groups, too. */
  readonly heights = new Map<string, number>();
  readonly text: TextView;
  private readonly sync: Sync;
  private readonly looks: Looking;
  private readonly pasting: Pasting;
  private history: History<Graph> = emptyHistory();
  private readonly listeners = new Set<() => void>();
  private intents = 0;
  private wished = 0;
  private serial = 0;
  private told: string | null = null;
  private telling: ReturnType<typeof setTimeout> | undefined;
  private fixing = false;
  private focused: string | null = null;
  private focus: string | null = null;
  private digest: string | null = null;
  readonly questions = new Questions({
    state: () => this.state,
    say: (wish) => (this.wish(wish), this.intents),
    update: (change) => this.update(change),
    change: (graph) => this.change(graph),
    toast: (text, more) => this.update({ toast: { text, undo: false, serial: ++this.serial, ...more } }),
  }, CID);
  private readonly following = new Following({
    settled: () => this.sync.saved === "saved",
    facts: (id) => this.state.facts[id],
    leads: (id) => this.state.graph.edges.some((edge) => edge.source === id),
    ask: (node, params) => this.questions.ask({ type: "later", node, params }),
  });
  /** The last graph that the server is known to have had: what both of us began with. */
  private common: Graph = EMPTY;
  private sent: Graph = EMPTY;
  private caughtUp = { rev: -1, at: 0 };

  constructor(doc: string) {
    this.sync = new Sync(doc, CID, {
      snapshot: () => (this.sent = this.state.graph),
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
    this.pasting = new Pasting(CID, {
      ask: (text) => this.wish({ type: "paste", text }),
      insert: (piece, seen) => this.insert(piece, shiftOf(this.state.graph, piece, this.state.specs, seen)),
      say: (text) => this.say(text),
    });
    this.text = new TextView(doc, (asked: Asked | null) => this.send(() => this.port?.setStateValue("asked", asked)));
    this.state = {
      doc, name: "", readonly: true, graph: EMPTY, specs: new Map(), palette: [], categories: [], functions: [], trial: null, facts: bare({}), problems: [],
      options: {}, messages: {}, run: null, status: bare({}), diff: null, selection: [], wire: null, history: null, overlay: null, overlaid: null,
      looking: false, editing: null, port: null, people: [], conflicts: [], plan: null, parametersAsked: 0, rev: -1, saved: "saved", canUndo: false,
      canRedo: false, toast: null, inquiry: null, answer: null, reveal: { ids: [], serial: 0 },
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
    const pending = this.sync.unsaved;
    const verdict = this.sync.receive(data);
    const change: Partial<State> = {
      name: data.name, readonly: data.readonly, options: data.options, diff: data.diff ?? null, rev: data.rev, plan: data.plan ?? this.state.plan,
      facts: shared(this.state.facts, data.facts), problems: sharedList(this.state.problems, data.problems),
    };
    Object.assign(change, this.catalogued(data.catalogue));
    if (data.run) Object.assign(change, { run: data.run.run, status: shared(this.state.status, data.run.nodes) });
    if (verdict === "adopt" && !first && (pending || data.by !== "server")) Object.assign(change, this.join(data, pending));
    else if (verdict !== "keep") Object.assign(change, this.adopt(data, first, verdict === "refused"));
    if (verdict !== "keep" || (data.by === CID && data.rev >= this.sync.base)) this.common = graphs.sameGraph(this.sent, data.graph) ? this.sent : data.graph;
    this.update(change);
    if (verdict === "adopt" && this.state.graph !== data.graph) this.sync.touch();
    this.questions.hear(data.answer);
    if (data.focus && data.focus !== this.focus) {
      this.select([data.focus]);
      this.reveal([data.focus]);
    }
    this.focus = data.focus ?? null;
    if (this.sync.base !== before) this.looks.again();
    this.pasting.receive(data.pasted);
    this.text.receive(data.written ?? null);
  }

  /** What was drawn here is stored; the rest of the answer follows. */
  acknowledge(remote: Remote): void {
    if (remote.by !== CID || this.sync.base < 0) return;
    const before = this.sync.base;
    this.sync.receive(remote);
    if (this.sync.base !== before) this.looks.again();
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
    const ended = data.run?.status !== this.state.run?.status;
    // What a run would do is another thing after each run.
    const plan = ended ? null : this.state.plan;
    if (!same) this.update({ run: data.run, status: shared(this.state.status, data.nodes), plan });
    if (!same && ended) this.looks.again();
    if (data.people && JSON.stringify(data.people) !== JSON.stringify(this.state.people)) this.update({ people: data.people });
    if (data.rev !== undefined && data.by !== CID && data.rev > this.sync.base) this.catchUp(data.rev);
  }

  /** The answer to what is looked at. */
  looked(data: LookData): void {
    if (!this.looks.receive(data)) return;
    const overlay = this.looks.sight.overlay === data.overlay?.kind ? (data.overlay ?? null) : null;
    const node = data.pending ? {} : { trial: data.trial ?? null, history: data.history ?? null };
    this.update({ ...node, overlay, looking: this.looks.busy });
  }

  /** Somebody else has drawn: ask for what is there now, and again when no answer comes. */
  private catchUp(rev: number): void {
    const now = Date.now();
    if (this.sync.base < 0 || (this.caughtUp.rev === rev && now - this.caughtUp.at < CATCH_UP_MS)) return;
    this.caughtUp = { rev, at: now };
    this.wish({ type: "catch_up" });
  }

  /** Mine and theirs in one graph; what both changed is shown, and my undo takes back my own changes only. */
  private join(data: EditorData, pending: boolean): Partial<State> {
    const { graph, conflicts } = pending
      ? joined(this.common, this.state.graph, data.graph, this.state.specs)
      : { graph: data.graph, conflicts: [] };
    this.history = rebased(this.history, this.common, data.graph, this.state.specs);
    const here = new Set(graph.nodes.map((node) => node.id));
    const who = this.state.people.find((one) => one.cid === data.by)?.name ?? (data.by === "server" ? "The server" : "Somebody else");
    const change: Partial<State> = {
      graph, selection: this.state.selection.filter((id) => here.has(id)),
      conflicts: [...conflictsIn(this.state.conflicts, graph), ...conflicts.map((conflict) => ({ conflict, who, serial: ++this.serial }))],
    };
    if (conflicts.length > 0 || graph === data.graph) return change;
    return { ...change, toast: { text: `${who} changed the pipeline at the same time. Both changes are kept.`, undo: false, serial: ++this.serial } };
  }

  /** Take what the other one did after all, or leave it at what is kept. */
  settle(standing: Standing, other: boolean): void {
    if (other) this.change(takeOther(this.state.graph, standing.conflict));
    this.update({ conflicts: this.state.conflicts.filter((one) => one !== standing) });
  }

  /** Under another name from now on. */
  rename(name: string): void {
    me.rename(name);
    this.wish({ type: "here" });
  }

  private adopt(data: EditorData, first: boolean, refused: boolean): Partial<State> {
    const previous = this.state.graph;
    const selection = visible(data.graph, this.state.specs, this.state.selection);
    const change: Partial<State> = { graph: data.graph, selection };
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
    if (fresh) setTimeout(() => this.wish({ type: "here" }), HERE_MS);
    if (fresh) this.text.resume();
  }

  /** The mount that questions about what is looked at go through. */
  attachLook(port: Port | null): void {
    const fresh = this.lookPort === null && port !== null;
    this.lookPort = port;
    if (fresh) this.looks.resume();
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
    if (this.state.diff && wish.type !== "select") return this.intents; // two versions can only be looked at
    if (wish.type === "fix" || wish.type === "fix_all") this.fixing = true;
    if (wish.type === "fix") {
      const node = this.state.problems.find((problem) => problem.id === wish.problem)?.node;
      if (node) this.change(expandTo(this.state.graph, this.state.specs, [node], this.heights)); // what it changes is seen
    }
    const after = wish.type === "select" ? this.sync.seq : this.sync.flush();
    const knows = catalogue?.digest ?? null;
    const intent: Intent = { ...wish, doc: this.state.doc, cid: CID, seq: ++this.intents, after, knows, who: me.said };
    this.wished = Date.now();
    this.send(() => this.port?.setStateValue("intent", intent));
    return this.intents;
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
    // A change that does not speak of the parameters leaves them as they are.
    const whole = graph.params || !this.state.graph.params ? graph : { ...graph, params: this.state.graph.params };
    this.put(whole, tag !== null && TYPED.test(tag));
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
    const free = graphs.freePlace({ ...graph, nodes: [...shownOf(graph, specs).nodes] }, wanted);
    const [grown, id] = graphs.addNode(graph, component, free);
    const edge = beside ? firstFitFrom(grown, specs, beside.id, id) : null;
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
    this.change(inserted ? onShown(inserted, this.state.specs, (shown) => makeRoom(shown, id)) : grown);
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

  /** A collapsed group goes with what is in it. */
  remove(nodes: Iterable<string>, edges: Iterable<string> = []): void {
    const chosen = [...nodes];
    const words = removedWords(this, chosen);
    const gone = withHidden(this.state.graph, this.state.specs, chosen);
    const cut = new Set(edges);
    if (gone.size + cut.size === 0) return;
    this.change(forgetting(graphs.removeParts(this.state.graph, gone, cut), this.state.specs, gone));
    this.select(this.state.selection.filter((id) => !gone.has(id)));
    if (words) this.say(words, true);
  }

  setParam(id: string, field: string, value: Json | undefined): void {
    const node = graphs.nodeOf(this.state.graph, id);
    if (!node) return;
    const { [field]: _, ...rest } = node.params;
    const params = value === undefined ? rest : { ...node.params, [field]: value };
    if (JSON.stringify(params) === JSON.stringify(node.params)) return;
    this.following.note(id, node.params);
    this.change(graphs.changeNode(this.state.graph, id, { params }), `param ${id} ${field}`);
  }

  /** Put another component in the place of a node. */
  replace(id: string, component: string): void {
    const { graph, specs } = this.state;
    const made = replaced(graph, specs, id, component);
    if (!made || this.state.readonly) return;
    const [before, now] = [titleOf(graphs.nodeOf(graph, id), specs), specs.get(component)?.title ?? component];
    this.change(made.graph);
    this.select([id]);
    const kept = made.lost.length === 0 ? "Everything that was set and wired fits." : `Not kept: ${inWords(made.lost)}.`;
    this.announce(`“${before}” is ${now} now. ${kept}`);
  }

  setTitle(id: string, title: string | null): void {
    this.change(graphs.changeNode(this.state.graph, id, { title }), `title ${id}`);
  }

  move(positions: ReadonlyMap<string, Point>, tag: string | null = null): void {
    this.change(graphs.moveNodes(this.state.graph, withTheirs(this.state.graph, this.state.specs, positions)), tag);
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

  /** Draw what was written; one step to undo. */
  drawText(): void {
    const graph = this.state.readonly ? null : this.text.draw();
    if (!graph) return;
    this.change(graph);
    this.sync.flush();
    this.text.ask();
    this.update({ toast: { text: "What you wrote is drawn.", undo: true, serial: ++this.serial } });
  }

  distribute(axis: Axis, heights: Heights): void {
    this.change(distribute(this.state.graph, this.state.specs, this.state.selection, axis, heights));
  }

  /** What is selected as text for the clipboard; null where nothing is. */
  copy(): string | null {
    const { graph, selection } = this.state;
    if (selection.length === 0) return null;
    const text = keep(graphs.fragment(graph, withHidden(graph, this.state.specs, selection)));
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
    const chosen = withHidden(this.state.graph, this.state.specs, this.state.selection);
    this.insert(graphs.fragment(this.state.graph, chosen), [40, 40]);
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

  choosePort(port: PortRef | null): void {
    this.update({ port });
  }

  /** Show these nodes: the collapsed groups that they are in expand. */
  reveal(ids: readonly string[]): void {
    this.change(expandTo(this.state.graph, this.state.specs, ids, this.heights));
    this.update({ reveal: { ids, serial: ++this.serial } });
  }

  askParameters(): void {
    this.update({ parametersAsked: this.state.parametersAsked + 1 });
  }

  edit(id: string | null): void {
    this.update({ editing: id });
  }

  say(text: string, undo = false): void {
    this.update({ toast: { text, undo, serial: ++this.serial } });
  }

  /** The same of something that Undo takes back. */
  announce(text: string): void {
    this.update({ toast: { text, undo: true, serial: ++this.serial } });
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
    const [grown, ids] = graphs.paste(graph, piece, shift);
    const copies = new Map(piece.nodes.map((node, place) => [node.id, ids[place]!]));
    const pasted = relisted(grown, this.state.specs, copies);
    this.change(pasted);
    const shown = visible(pasted, this.state.specs, ids);
    this.select(shown);
    this.reveal(shown.slice(0, 1));
  }

  private travel(step: [History<Graph>, Graph] | null): void {
    if (!step || this.state.readonly) return;
    this.following.forget();
    this.history = step[0];
    this.select(visible(step[1], this.state.specs, this.state.selection));
    this.put(step[1]);
  }

  private put(graph: Graph, typing = false): void {
    this.state = { ...this.state, graph, plan: null };
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
