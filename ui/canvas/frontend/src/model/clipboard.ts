/** What was copied last, for all pipelines of this browser tab, beside its text on the system's clipboard. */
import type { Graph } from "../protocol";
import { fragmentText } from "./fragment-text";

let kept: { piece: Graph; text: string } | null = null;

const unified = (text: string): string => text.replace(/\r\n?/g, "\n").trim();

/** Keep a piece; returns it as text. */
export function keep(piece: Graph): string {
  const text = fragmentText(piece);
  kept = { piece, text: unified(text) };
  return text;
}

/** What was copied here, when the clipboard holds its text still, or holds no text that the page may read. */
export function recall(text: string): Graph | null {
  const asked = unified(text);
  return kept && (asked === "" || asked === kept.text) ? kept.piece : null;
}
