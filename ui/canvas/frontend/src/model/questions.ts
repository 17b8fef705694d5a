/** Questions to Python about what a change would change, and what becomes of the answers. */
import type { Answer, Column, Graph, Params, Wish } from "../protocol";
import type { State, Toast } from "./state";

/** What the person wants to do, while the dialog is open. */
export type Inquiry =
  | { kind: "rename" | "retype"; node: string; port: string; column: Column }
  | { kind: "later" };

export type Question =
  | { type: "rename" | "retype"; node: string; port: string; column: string; to: string }
  | { type: "later"; node: string; params: Params };

interface Host {
  state(): State;
  /** Tell Python; the number of what was said. */
  say(wish: Wish): number;
  update(change: Partial<State>): void;
  change(graph: Graph): void;
  toast(text: string, more?: Partial<Toast>): void;
}

const PATIENCE_MS = 6000;

/** “5 later places” */
export const places = (count: number, kind = ""): string => `${count} ${kind}${count === 1 ? "place" : "places"}`;

export class Questions {
  /** The last question, with the drawing that it was asked about. */
  private asked: { seq: number; graph: Graph } | null = null;

  constructor(
    private readonly host: Host,
    private readonly cid: string,
  ) {}

  /** Open the dialog, or close it. */
  inquire(inquiry: Inquiry | null): void {
    if (inquiry?.kind !== "later") this.unask();
    this.host.update({ inquiry });
  }

  ask(question: Question): void {
    this.host.update({ answer: null });
    const seq = this.host.say(question);
    this.asked = { seq, graph: this.host.state().graph };
    // Something that is said at the same moment takes the place of a question.
    setTimeout(() => this.asked?.seq === seq && this.host.state().inquiry && !this.host.state().answer && this.ask(question), PATIENCE_MS);
  }

  /** The answer under way does not matter any more. */
  unask(): void {
    this.asked = null;
    if (this.host.state().answer) this.host.update({ answer: null });
  }

  hear(answer: Answer | null | undefined): void {
    const known = this.host.state().answer?.seq;
    if (!answer || !this.asked || answer.cid !== this.cid || answer.seq !== this.asked.seq || answer.seq === known) return;
    if (answer.asked !== "later") return this.host.update({ answer });
    if (!answer.graph || !this.isCurrent()) return;
    this.host.update({ answer });
    this.host.toast(`${answer.title.replace(/ in later places, too$/, "")} in ${places(answer.uses, "later ")}, too?`, {
      acts: [
        { label: "Use it there", run: () => this.take(answer) },
        { label: "Show", run: () => this.inquire({ kind: "later" }) },
      ],
    });
  }

  /** Take the drawing that an answer proposes, as one edit; if it is still about the drawing that is there. */
  take(answer: Answer): void {
    const current = this.isCurrent();
    this.asked = null;
    this.host.update({ inquiry: null, answer: null });
    if (!current || !answer.graph) return this.host.toast("The drawing has changed meanwhile. Ask once more.");
    this.host.change(answer.graph);
    this.host.toast(`${answer.title}: done.`, { undo: true });
  }

  private isCurrent(): boolean {
    return this.asked?.graph === this.host.state().graph;
  }
}
