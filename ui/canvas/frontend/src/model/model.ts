/** The one model of a document in this browser tab: it outlives page navigation and every re-mount. */
import { useSyncExternalStore } from "react";
import { expandTo } from "../board/groups/collapsing";
import { visible } from "../board/groups/shown";
import type { Box } from "../board/nodes/drawn";
import type {
  Asked, Catalogue, Column, EditorData, FeedData, Graph, Intent, LookAsked, LookData, OverlayKind, Params, Refused, Stored, Wish,
} from "../protocol";
import { kept, withColumns } from "./columns";
import { Editing } from "./editing";
import { Following } from "./following";
import * as graphs from "./graph";
import { EMPTY } from "./graph";
import { record } from "./history";
import { conflictsIn, joined, rebased, type Standing } from "./joining";
import { Looking, MOST_ROWS, PAGE_ROWS } from "./looking";
import { takeOther } from "./merge";
import { Pasting } from "./pasting";
import { me } from "./person";
import { shiftOf } from "./placing";
import { post } from "./posting";
import { presetsOf } from "./presets";
import { Questions } from "./questions";
import { equal, shared, sharedList } from "./sharing";
import type { State } from "./state";
import { Sync, type Remote, type Saved } from "./sync";
import { TextView } from "./text-view";
import { Wishes } from "./wishes";

export type { State } from "./state";

export interface Viewport {
  x: number;
  y: number;
  zoom: number;
}

export interface Port {
  setStateValue(name: "stored", value: number): void;
  setStateValue(name: "intent", value: Intent): void;
  setStateValue(name: "look", value: LookAsked): void;
  setStateValue(name: "asked", value: Asked | null): void;
}

const CID = `c${crypto.getRandomValues(new Uint32Array(2)).join("").slice(0, 16)}`;
const SELECT_QUIET_MS = 150;
const HERE_MS = 400;
const CATCH_UP_MS = 3000;
/** For so long after a wish, nothing is asked. */
const WISH_MS = 250;
/** One for all documents: it belongs to the server. */
let catalogue: Catalogue | null = null;

export class Model extends Editing {
  viewport: Viewport | null = null;
  port: Port | null = null;
  private lookPort: Port | null = null;
  readonly text: TextView;
  private readonly sync: Sync;
  private readonly looks: Looking;
  private readonly pasting: Pasting;
  private readonly wishes: Wishes;
  private intents = 0;
  private answers = 0;
  private turnedDown = "";
  private told: string | null = null;
  private telling: ReturnType<typeof setTimeout> | undefined;
  private fixing = false;
  private focus: string | null = null;
  private digest: string | null = null;
  private tables: Column[][] = [];
  readonly questions = new Questions({
    state: () => this.state,
    say: (wish) => (this.wish(wish), this.intents),
    update: (change) => this.update(change),
    change: (graph) => this.change(graph),
    toast: (text, more) => this.update({ toast: { text, undo: false, serial: ++this.serial, ...more } }),
  }, CID);
  private readonly following = new Following({
    // Stored is not enough: what Python says of the drawing may come later.
    settled: () => this.sync.saved === "saved" && this.state.rev >= this.sync.base,
    facts: (id) => this.state.facts[id],
    leads: (id) => this.state.graph.edges.some((edge) => edge.source === id),
    ask: (node, params) => this.questions.ask({ type: "later", node, params }),
  });
  /** The last graph that the server is known to have had: what both of us began with. */
  private common: Graph = EMPTY;
  private sent: Graph = EMPTY;
  private caughtUp = { rev: -1, at: 0 };

  constructor(doc: string) {
    super(doc);
    this.sync = new Sync(doc, CID, {
      snapshot: () => (this.sent = this.state.graph),
      send: (edit) => void post(edit).then((stored) => this.stored(stored)),
      changed: () => this.update({}),
    });
    this.looks = new Looking(doc, CID, {
      send: (asked) => {
        // One after the other: what changes something must not be crossed by a question.
        if (this.sync.unsaved || Date.now() - this.wishes.said < WISH_MS) return false;
        return this.send(() => this.lookPort?.setStateValue("look", asked), this.lookPort);
      },
      changed: () => this.update({ looking: this.looks.busy }),
    });
    this.wishes = new Wishes({
      open: () => this.port !== null && !this.sync.unsaved,
      say: (intent) => this.port?.setStateValue("intent", intent),
    });
    this.pasting = new Pasting(CID, {
      ask: (text) => this.wish({ type: "paste", text }),
      insert: (piece, seen) => this.insert(piece, shiftOf(this.state.graph, piece, this.state.specs, seen, this.heights)),
      say: (text) => this.say(text),
    });
    this.text = new TextView(doc, (asked: Asked | null) => this.send(() => this.port?.setStateValue("asked", asked)));
  }

  // From Python

  receive(data: EditorData): void {
    const before = this.sync.base;
    const first = before < 0;
    const pending = this.sync.unsaved;
    const verdict = this.sync.receive(data);
    this.tables = kept(this.tables, data.tables);
    const change: Partial<State> = {
      name: data.name, readonly: data.readonly, diff: data.diff ?? null, rev: data.rev, plan: data.plan ?? this.state.plan,
      facts: shared(this.state.facts, withColumns(data.facts, this.tables)), problems: sharedList(this.state.problems, data.problems),
    };
    Object.assign(change, this.catalogued(data.catalogue, equal(this.state.options, data.options) ? this.state.options : data.options));
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
    this.wishes.speak();
  }

  /** What was drawn here is stored, or never will be; what is to be said of the drawing comes with the page. */
  private stored(told: Stored | null): void {
    if (!told) return; // it is sent again
    if (told.refused) this.turnDown(told.refused);
    else if (told.by === CID) this.settled(told);
    this.send(() => this.port?.setStateValue("stored", ++this.answers));
  }

  private settled(told: Remote): void {
    const before = this.sync.base;
    this.sync.receive(told);
    if (this.sync.base !== before) this.looks.again();
    this.update({});
    this.wishes.speak();
  }

  /** What was wished for was meant for another drawing than the one that is stored. */
  private turnDown(refused: Refused): void {
    this.sync.refuse(refused.seq);
    this.turnedDown = refused.message;
    this.wishes.drop();
  }

  private catalogued(sent: Catalogue | null, options: State["options"]): Partial<State> {
    catalogue = sent ?? catalogue;
    if (!catalogue) {
      queueMicrotask(() => this.wish({ type: "select", node: null })); // says that nothing is known here
      return { options };
    }
    if (catalogue.digest === this.digest && options === this.state.options) return {};
    this.digest = catalogue.digest;
    const { palette, categories, functions, messages } = catalogue;
    const findable = [...palette, ...presetsOf(palette, options)];
    return { options, palette, findable, categories, functions, messages, specs: new Map(findable.map((spec) => [spec.key, spec])) };
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
    const text = refused ? `${this.turnedDown} Undo brings it back.` : news;
    return { ...change, toast: { text, undo: true, serial: ++this.serial } };
  }

  // To Python

  attach(port: Port): void {
    const fresh = this.port === null;
    this.port = port;
    if (fresh && this.sync.unsaved) this.sync.resume();
    if (fresh) this.wishes.speak();
    if (fresh) setTimeout(() => this.wish({ type: "here" }), HERE_MS);
    if (fresh) this.text.resume();
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

  leave(): void {
    this.sync.leave();
  }

  /** Returns the number of the intent. */
  wish(wish: Wish): number {
    if (this.state.diff && wish.type !== "select") return this.intents; // two versions can only be looked at
    if (wish.type === "fix" || wish.type === "fix_all") this.fixing = true;
    if (wish.type === "fix") {
      const node = this.state.problems.find((problem) => problem.id === wish.problem)?.node;
      if (node) this.change(expandTo(this.state.graph, this.state.specs, [node], this.heights)); // what it changes is seen
    }
    if (wish.type !== "select") this.sync.flush();
    const knows = catalogue?.digest ?? null;
    this.wishes.add({ ...wish, doc: this.state.doc, cid: CID, seq: ++this.intents, knows, who: me.said });
    return this.intents;
  }

  private send(deliver: () => void, port: Port | null = this.port): boolean {
    if (!port) return false;
    deliver();
    return true;
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

  protected saved(): Saved {
    return this.sync.saved;
  }

  protected touched(typing: boolean): void {
    this.sync.touch(typing);
  }

  protected travelled(graph: Graph): void {
    this.following.forget();
    this.select(visible(graph, this.state.specs, this.state.selection));
  }

  protected readPasted(text: string, seen: Box): void {
    this.pasting.start(text, seen);
  }

  protected noteParams(id: string, params: Params): void {
    this.following.note(id, params);
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

  /** Show these nodes: the collapsed groups that they are in expand. */
  reveal(ids: readonly string[]): void {
    this.change(expandTo(this.state.graph, this.state.specs, ids, this.heights));
    this.update({ reveal: { ids, serial: ++this.serial, before: null } });
  }

  protected keepInView(id: string, before: Graph): void {
    this.update({ reveal: { ids: [id], serial: ++this.serial, before } });
  }

  askParameters(): void {
    this.update({ parametersAsked: this.state.parametersAsked + 1 });
  }

  private tellSelection(): void {
    const node = this.state.selection.length === 1 ? this.state.selection[0]! : null;
    if (node === this.told) return;
    this.told = node;
    this.wish({ type: "select", node });
  }

}

const models = new Map<string, Model>();

export function modelOf(doc: string): Model {
  const known = models.get(doc) ?? new Model(doc);
  models.set(doc, known);
  return known;
}

/** The page is left: what was typed last goes out at once. */
if (typeof window !== "undefined") window.addEventListener("pagehide", () => models.forEach((model) => model.leave()));

/** Re-renders only when the chosen part changes; the part must be a value or a stable reference. */
export function useModel<T>(model: Model, choose: (state: State) => T): T {
  return useSyncExternalStore(model.subscribe, () => choose(model.state));
}
