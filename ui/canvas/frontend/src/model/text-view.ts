/**
 * A pipeline as a text, and what a person makes of it before it is drawn. Python reads it, says what is wrong with it
 * and what it would draw. What was typed stays here until it is drawn or given up, whatever is looked at meanwhile.
 */
import { useSyncExternalStore } from "react";
import type { Asked, Graph, Remark, Written } from "../protocol";

export const QUIET_MS = 350;
export const RETRY_MS = 6000;
/** The most that Python reads. */
export const LONGEST = 2_000_000;

export interface Text {
  /** The text of what is drawn; null while it is not known. */
  drawn: string | null;
  /** What was made of it; null where nothing was changed. */
  typed: string | null;
  /** What was given up last, to be brought back. */
  dropped: string | null;
  /** Whether the remarks are about exactly this text. */
  checked: boolean;
  remarks: readonly Remark[];
  /** What `typed` would draw. */
  graph: Graph | null;
  /** Whether what is drawn has changed since `typed` was begun. */
  overtaken: boolean;
}

const FRESH: Text = { drawn: null, typed: null, dropped: null, checked: false, remarks: [], graph: null, overtaken: false };

export class TextView {
  state: Text;
  private readonly key: string;
  private readonly listeners = new Set<() => void>();
  private opened = false;
  private question: Asked | null = null;
  private serial = 0;
  /** The revision that `drawn` is of, and the one that `typed` was begun from. */
  private rev = -1;
  private begun: number | null = null;
  private quiet: ReturnType<typeof setTimeout> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly doc: string,
    /** Returns false when there is nothing to send over at the moment. */
    private readonly send: (asked: Asked | null) => boolean,
  ) {
    this.key = `canvasback.text.${doc}`;
    const { typed, begun } = kept(this.key);
    this.begun = begun;
    this.state = { ...FRESH, typed };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  open(): void {
    this.opened = true;
    this.ask();
  }

  close(): void {
    this.opened = false;
    this.stop();
    this.question = null;
    this.send(null);
  }

  resume(): void {
    if (this.opened) this.ask();
  }

  type(text: string): void {
    this.begun ??= this.rev;
    const typed = text === this.state.drawn && this.begun === this.rev ? null : text;
    if (typed === null) this.begun = null;
    keep(this.key, { typed, begun: this.begun });
    this.update({ typed, checked: false, graph: null });
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => this.ask(), QUIET_MS);
  }

  /** Back to the text of what is drawn. */
  drop(): void {
    this.forget({ dropped: this.state.typed });
    this.ask();
  }

  bringBack(): void {
    const { dropped } = this.state;
    if (dropped === null) return;
    this.type(dropped);
    this.update({ dropped: null });
  }

  /** What the text draws, once: from now on it is what is drawn. */
  draw(): Graph | null {
    const { graph, typed, checked } = this.state;
    if (!graph || !checked || typed === null) return null;
    this.forget({ drawn: typed, dropped: null });
    return graph;
  }

  ask(): void {
    this.stop();
    if (!this.opened) return;
    const { typed } = this.state;
    if (typed !== null && typed.length > LONGEST) return this.update({ checked: true, graph: null, remarks: [TOO_LONG] });
    this.question = { doc: this.doc, serial: ++this.serial, text: typed, try: 0 };
    this.transmit();
  }

  receive(written: Written | null): void {
    if (!written || written.serial !== this.question?.serial) return;
    clearTimeout(this.retry);
    const same = this.question.text === this.state.typed;
    const change: Partial<Text> = same ? { checked: true, remarks: written.remarks, graph: written.graph } : {};
    if (written.text !== null) {
      Object.assign(change, { drawn: written.text });
      this.rev = written.rev;
    }
    this.update({ ...change, overtaken: this.begun !== null && this.begun !== written.rev });
  }

  private forget(change: Partial<Text>): void {
    this.begun = null;
    keep(this.key, { typed: null, begun: null });
    this.update({ typed: null, checked: false, graph: null, remarks: [], overtaken: false, ...change });
  }

  private transmit(): void {
    if (this.question) this.send(this.question);
    this.retry = setTimeout(() => {
      if (!this.question) return;
      this.question = { ...this.question, try: this.question.try + 1 };
      this.transmit();
    }, RETRY_MS);
  }

  private stop(): void {
    clearTimeout(this.quiet);
    clearTimeout(this.retry);
  }

  private update(change: Partial<Text>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}

const TOO_LONG: Remark = {
  line: 1, column: 1, severity: "error", node: null,
  message: `This text has over ${LONGEST.toLocaleString("en-US")} characters.`, hint: "Split the pipeline into several.",
};

export const useText = (view: TextView): Text => useSyncExternalStore(view.subscribe, () => view.state);

interface Kept {
  typed: string | null;
  begun: number | null;
}

/** It survives a reload of the page, where the browser lets it. */
function kept(key: string): Kept {
  try {
    const { typed, begun } = JSON.parse(globalThis.sessionStorage?.getItem(key) ?? "{}") as Partial<Kept>;
    return { typed: typeof typed === "string" ? typed : null, begun: typeof begun === "number" ? begun : null };
  } catch {
    return { typed: null, begun: null };
  }
}

function keep(key: string, text: Kept): void {
  try {
    if (text.typed === null) globalThis.sessionStorage?.removeItem(key);
    else globalThis.sessionStorage?.setItem(key, JSON.stringify(text));
  } catch {
    // Storage is full or forbidden: the text still lives as long as this page.
  }
}
