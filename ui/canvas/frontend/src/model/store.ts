/** The state of a document, who listens to it, and the steps that can be undone. */
import type { Graph } from "../protocol";
import { emptyHistory, record, redo, undo, type History } from "./history";
import { blank, type State } from "./state";
import type { Saved } from "./sync";

/** Tags of changes that come letter by letter. */
const TYPED = /^(param|title) /;

export abstract class Store {
  state: State;
  protected history: History<Graph> = emptyHistory();
  protected serial = 0;
  private readonly listeners = new Set<() => void>();

  constructor(doc: string) {
    this.state = blank(doc);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  abstract select(ids: readonly string[]): void;
  /** Show these nodes: the collapsed groups that they are in expand. */
  abstract reveal(ids: readonly string[]): void;
  /** How far what is drawn has got to the server. */
  protected abstract saved(): Saved;
  /** The drawing is another one, not stored yet. */
  protected abstract touched(typing: boolean): void;
  /** A step was taken back, or done again. */
  protected abstract travelled(graph: Graph): void;

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

  protected travel(step: [History<Graph>, Graph] | null): void {
    if (!step || this.state.readonly) return;
    this.history = step[0];
    this.travelled(step[1]);
    this.put(step[1]);
  }

  protected put(graph: Graph, typing = false): void {
    this.state = { ...this.state, graph, plan: null };
    this.touched(typing);
  }

  protected update(change: Partial<State>): void {
    const canUndo = this.history.past.length > 0;
    const canRedo = this.history.future.length > 0;
    this.state = { ...this.state, ...change, saved: this.saved(), canUndo, canRedo };
    for (const listener of this.listeners) listener();
  }
}
