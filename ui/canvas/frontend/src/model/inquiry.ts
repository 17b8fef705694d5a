/** Questions to Python about what a change would change, and the answers. */
import type { Answer, Column, Graph, Params } from "../protocol";

/** What the person wants to do, while the dialog is open. */
export type Inquiry =
  | { kind: "rename" | "retype"; node: string; port: string; column: Column }
  | { kind: "later" };

/** The last question, with the drawing that it was asked about. */
export interface Asked {
  seq: number;
  graph: Graph;
}

export type Question =
  | { type: "rename" | "retype"; node: string; port: string; column: string; to: string }
  | { type: "later"; node: string; params: Params };

export const isFor = (answer: Answer | null | undefined, cid: string, asked: Asked | null): answer is Answer =>
  Boolean(answer && asked && answer.cid === cid && answer.seq === asked.seq);

/** “5 later places” */
export const places = (count: number): string => (count === 1 ? "1 place" : `${count} places`);
