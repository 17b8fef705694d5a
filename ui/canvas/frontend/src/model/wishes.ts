/** What the person wants done: said in turn, and when what it is about is stored. */
import type { Intent, Wish } from "../protocol";

/** From one wish to the next: two in one message would be one. */
const BETWEEN_MS = 50;
/** They mean the same whatever is drawn. */
const STANDING = new Set<Wish["type"]>(["select", "open", "cancel", "here", "catch_up"]);

interface Way {
  /** Whether something can be said now. */
  open(): boolean;
  say(intent: Intent): void;
}

export class Wishes {
  /** When the last one was said. */
  said = 0;
  private waiting: Intent[] = [];
  private later: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly way: Way) {}

  add(intent: Intent): void {
    this.waiting.push(intent);
    this.speak();
  }

  /** What was drawn is not taken: what was meant for that drawing is not wished for any more. */
  drop(): void {
    this.waiting = this.waiting.filter((one) => STANDING.has(one.type));
  }

  speak(): void {
    clearTimeout(this.later);
    if (this.waiting.length === 0 || !this.way.open()) return;
    const wait = this.said + BETWEEN_MS - Date.now();
    if (wait <= 0) this.next();
    else this.later = setTimeout(() => this.speak(), wait);
  }

  private next(): void {
    this.said = Date.now();
    this.way.say(this.waiting.shift()!);
    this.speak();
  }
}
