/**
 * What the person looks at, asked of Python beside the edits: one question under way, asked again while its answer is
 * still worked out, and anew whenever the pipeline changed. Nothing is asked while nothing is looked at.
 */
import type { LookAsked, LookData, OverlayKind } from "../protocol";

export const PAGE_ROWS = 50;
export const MOST_ROWS = 1000;
export const QUIET_MS = 60;
/** After something else is looked at: what Python is told of the selection goes first. */
export const TURN_MS = 220;
export const PENDING_MS = 150;
export const LOST_MS = 4000;

export interface Sight {
  node: string | null;
  port: string | null;
  rows: number;
  overlay: OverlayKind | null;
  model: string | null;
}

export const NOWHERE: Sight = { node: null, port: null, rows: PAGE_ROWS, overlay: null, model: null };

export interface Wire {
  /** Returns false when it must wait: for a connection, or because an edit or a wish is on its way. */
  send(asked: LookAsked): boolean;
  changed(): void;
}

export class Looking {
  sight: Sight = NOWHERE;
  seq = 0;
  /** Whether what is shown may not be the newest. */
  busy = false;
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly doc: string,
    readonly cid: string,
    private readonly wire: Wire,
  ) {}

  /** Look at something else, or at more of it. */
  at(part: Partial<Sight>): void {
    const next = { ...this.sight, ...part };
    if (JSON.stringify(next) === JSON.stringify(this.sight)) return;
    this.sight = next;
    this.again(TURN_MS);
  }

  /** The answer may have changed. */
  again(quiet = QUIET_MS): void {
    clearTimeout(this.timer);
    this.seq += 1;
    this.tries = 0;
    this.busy = this.sight.node !== null || this.sight.overlay !== null;
    if (this.busy) this.timer = setTimeout(() => this.ask(), quiet);
    this.wire.changed();
  }

  /** Whether an answer is to be shown: it must be to the newest question of this tab. */
  receive(data: LookData): boolean {
    if (data.cid !== this.cid || data.seq !== this.seq || !this.busy) return false;
    clearTimeout(this.timer);
    if (data.pending) {
      this.timer = setTimeout(() => this.ask(), PENDING_MS);
      return data.overlay !== undefined;
    }
    this.busy = false;
    return true;
  }

  /** The connection is there (again): meanwhile, anything may have changed. */
  resume(): void {
    if (this.busy) this.ask();
    else this.again();
  }

  private ask(): void {
    clearTimeout(this.timer);
    const sent = this.wire.send({ doc: this.doc, cid: this.cid, seq: this.seq, ...this.sight, try: this.tries });
    if (sent) this.tries += 1;
    this.timer = setTimeout(() => this.ask(), sent ? LOST_MS : PENDING_MS);
  }
}
