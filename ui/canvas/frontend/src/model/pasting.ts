/** A text from the clipboard on its way to Python, which reads it, and back as a part of a pipeline. */
import type { Box } from "../board/nodes/drawn";
import type { Graph, Pasted } from "../protocol";

/** As `MAX_PASTED` in `ui/canvas/messages.py`. */
export const LONGEST = 2_000_000;
const PATIENCE_MS = 5000;
const TRIES = 3;

export interface Door {
  /** Ask Python to read a text; returns the number of the question. */
  ask(text: string): number;
  insert(piece: Graph, seen: Box): void;
  say(text: string): void;
}

interface Waiting {
  text: string;
  seen: Box;
  first: number;
  tries: number;
}

export class Pasting {
  private waiting: Waiting | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly cid: string, private readonly door: Door) {}

  /** `seen` is the part of the drawing that was visible then. */
  start(text: string, seen: Box): void {
    if (text.trim() === "") return this.door.say("There is nothing to paste. Copy nodes first, or the text of a pipeline.");
    if (text.length > LONGEST) return this.door.say(`Nothing was pasted: the text has over ${LONGEST.toLocaleString("en-US")} characters.`);
    this.waiting = { text, seen, first: this.door.ask(text), tries: 1 };
    this.wait();
  }

  /** Python repeats its last answer; each question is answered once. */
  receive(answer: Pasted | null | undefined): void {
    const asked = this.waiting;
    if (!asked || !answer || answer.cid !== this.cid || answer.seq < asked.first) return;
    this.stop();
    if (answer.graph) this.door.insert(answer.graph, asked.seen);
    else this.door.say(`Nothing was pasted. ${answer.message}`);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.waiting = null;
  }

  private wait(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.again(), PATIENCE_MS);
  }

  /** Another intent may have been said over this one before it was heard. */
  private again(): void {
    const asked = this.waiting;
    if (!asked) return;
    if (asked.tries === TRIES) {
      this.stop();
      return this.door.say("Nothing was pasted: the server does not answer. Try again once the canvas is saved.");
    }
    asked.tries += 1;
    this.door.ask(asked.text);
    this.wait();
  }
}
