/**
 * The saving of one document: the newest snapshot goes out at once, or when a hand that types is still, one at a time,
 * and again after 4 s without an answer. The answer has `rev`, `by` and `ack`, and so has what Python tells of a drawing.
 */
import type { Edit, Graph } from "../protocol";

export const QUIET_MS = 100;
export const RETRY_MS = 4000;

export interface Remote {
  rev: number;
  by: string;
  ack: number;
}

export interface Wire {
  snapshot(): Graph;
  send(edit: Edit): void;
  changed(): void;
}

/** `adopt`: take Python's graph; `refused`: take it, because ours was turned down; `keep`: ours stands. */
export type Verdict = "adopt" | "refused" | "keep";
export type Saved = "saved" | "saving" | "offline";

export class Sync {
  base = -1;
  seq = 0;
  private dirty = false;
  private flight: Edit | null = null;
  private quiet: ReturnType<typeof setTimeout> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private refused = 0;

  constructor(
    readonly doc: string,
    readonly cid: string,
    private readonly wire: Wire,
  ) {}

  get saved(): Saved {
    if (this.flight && this.flight.try > 0) return "offline";
    return this.flight || this.dirty ? "saving" : "saved";
  }

  get unsaved(): boolean {
    return this.dirty || this.flight !== null;
  }

  /**
   * The graph has changed here. What is being typed is not sent letter by letter; all else is on its way before the
   * change is drawn, which takes as long as the rest with hundreds of cards.
   */
  touch(typing = true): void {
    this.dirty = true;
    clearTimeout(this.quiet);
    if (typing) this.quiet = setTimeout(() => this.flush(), QUIET_MS);
    else this.flush();
    this.wire.changed();
  }

  /** Send what is unsent, unless an edit is under way: then it follows the answer. */
  flush(): void {
    clearTimeout(this.quiet);
    if (!this.dirty || this.flight) return;
    this.seq++;
    this.dirty = false;
    this.flight = { doc: this.doc, cid: this.cid, seq: this.seq, base: this.base, graph: this.wire.snapshot(), try: 0 };
    this.transmit();
    this.wire.changed();
  }

  /** The page is left: what is unsent goes out at once, beside an edit under way, all of which it holds, too. */
  leave(): void {
    if (!this.dirty) return;
    this.flight = null;
    this.flush();
  }

  /** The connection is there (again): send what is waiting, now. */
  resume(): void {
    if (this.flight) this.again();
    else this.flush();
  }

  /** An edit that will not be taken: what is drawn here gives way to what is stored, which Python tells next. */
  refuse(seq: number): void {
    this.refused = seq;
  }

  receive(remote: Remote): Verdict {
    if (this.flight && this.refused >= this.flight.seq) return this.settle(remote.rev, "refused");
    if (remote.by !== this.cid) return remote.rev > this.base ? this.settle(remote.rev, "adopt") : "keep";
    if (remote.rev < this.base) return "keep";
    this.base = remote.rev;
    if (this.flight && remote.ack >= this.flight.seq) this.land();
    return "keep";
  }

  stop(): void {
    clearTimeout(this.quiet);
    clearTimeout(this.retry);
  }

  private settle(rev: number, verdict: Verdict): Verdict {
    this.base = rev;
    this.dirty = false;
    this.flight = null;
    this.stop();
    return verdict;
  }

  private land(): void {
    this.flight = null;
    clearTimeout(this.retry);
    if (this.dirty) this.quiet = setTimeout(() => this.flush(), 0);
  }

  private transmit(): void {
    clearTimeout(this.retry);
    if (this.flight) this.wire.send(this.flight);
    this.retry = setTimeout(() => this.again(), RETRY_MS);
  }

  /** The same snapshot under the same number: if Python has it already, it only acknowledges it. */
  private again(): void {
    if (!this.flight) return;
    this.flight = { ...this.flight, try: this.flight.try + 1 };
    this.transmit();
    this.wire.changed();
  }
}
