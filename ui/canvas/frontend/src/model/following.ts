/** Notices that an edit of a node gave a column another name, so that later places can be asked to follow. */
import type { Facts, Params } from "../protocol";

export const STILL_MS = 1200;
const AGAIN_MS = 500;

interface Host {
  /** Whether Python has answered to everything that was drawn. */
  settled(): boolean;
  facts(id: string): Facts | undefined;
  /** Whether a node is there, and something comes after it. */
  leads(id: string): boolean;
  ask(id: string, params: Params): void;
}

interface Edited {
  id: string;
  params: Params;
  names: Names;
}

type Names = { [port: string]: string[] };

export class Following {
  private edited: Edited | null = null;
  private asked = "";
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly host: Host) {}

  /** A param of a node is about to change. */
  note(id: string, params: Params): void {
    const facts = this.host.facts(id);
    if (this.edited?.id !== id) this.edited = facts && this.host.leads(id) ? { id, params, names: namesOf(facts) } : null;
    this.wait(STILL_MS);
  }

  /** What was noticed is settled, or does not matter any more. */
  forget(): void {
    clearTimeout(this.timer);
    this.edited = null;
  }

  private wait(ms: number): void {
    clearTimeout(this.timer);
    if (this.edited) this.timer = setTimeout(() => this.look(), ms);
  }

  private look(): void {
    const { edited, host } = this;
    if (!edited) return;
    if (!host.settled()) return this.wait(AGAIN_MS);
    const facts = host.facts(edited.id);
    const question = `${edited.id} ${JSON.stringify(facts?.outputs)}`;
    if (!facts || !renamed(edited.names, namesOf(facts)) || question === this.asked) return;
    this.asked = question;
    host.ask(edited.id, edited.params);
  }
}

const namesOf = (facts: Facts): Names =>
  Object.fromEntries(Object.entries(facts.outputs).map(([port, columns]) => [port, columns.map((column) => column.name)]));

/** Whether some port has as many columns as before, and others. */
export const renamed = (before: Names, now: Names): boolean =>
  Object.entries(before).some(([port, names]) => {
    const then = now[port];
    return then !== undefined && then.length === names.length && then.some((name) => !names.includes(name));
  });
