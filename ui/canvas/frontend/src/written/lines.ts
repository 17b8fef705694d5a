/** Where things are in a pipeline's text. */

export const LINE = 20;

const NODE = /^ {2}([a-z][a-z0-9_]{0,63}):/;
const PART = /^\S/;

/** The place in the text of a line and a column, which are counted from 1. */
export function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let passed = 1; passed < line; passed++) {
    const end = text.indexOf("\n", start);
    if (end < 0) return text.length;
    start = end + 1;
  }
  const end = text.indexOf("\n", start);
  return Math.min(start + column - 1, end < 0 ? text.length : end);
}

/** The lines on which the nodes begin, where they are written one below the other. */
export function nodeLines(text: string): Map<string, number> {
  const found = new Map<string, number>();
  let inside = false;
  text.split("\n").forEach((line, index) => {
    if (PART.test(line)) inside = line.startsWith("nodes:");
    const id = inside && NODE.exec(line)?.[1];
    if (id && !found.has(id)) found.set(id, index + 1);
  });
  return found;
}

/** The node whose lines hold a place in the text. */
export function nodeAt(text: string, offset: number): string | null {
  const before = text.slice(0, offset).split("\n");
  const rest = text.slice(offset);
  const lines = [...before.slice(0, -1), (before.at(-1) ?? "") + (rest.split("\n", 1)[0] ?? "")];
  for (const line of lines.reverse()) {
    const id = NODE.exec(line)?.[1];
    if (id) return startsNodes(text, offset) ? id : null;
    if (PART.test(line)) return null;
  }
  return null;
}

function startsNodes(text: string, offset: number): boolean {
  const parts = text.slice(0, offset).split("\n").filter((line) => PART.test(line));
  return parts.at(-1)?.startsWith("nodes:") ?? false;
}

/** How far a new line begins: as far as the one before it, and further after a colon. */
export function indentAfter(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  const indent = /^ */.exec(line)![0];
  return /:\s*$/.test(line) ? `${indent}  ` : indent;
}
