import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keep, recall } from "../src/model/clipboard";
import { fragmentText } from "../src/model/fragment-text";
import { LONGEST, Pasting } from "../src/model/pasting";
import { CARD_HEIGHT, CARD_WIDTH } from "../src/model/graph";
import { shiftOf } from "../src/model/placing";
import type { Graph, GraphNode, Params } from "../src/protocol";
import file from "./fragment.yaml?raw";

const node = (id: string, component = "formula", params: Params = {}, position: [number, number] = [0, 0], title: string | null = null): GraphNode =>
  ({ id, component, title, params, position });
const wire = (source: string, target: string, port = "table") => ({ source, source_port: port, target, target_port: port });
/** Whatever a person may have set; `tests/ui/test_pasted_text.py` reads the same text with Python. */
const AWKWARD: Params = {
  plain: "word", spaced: "two words", quoted: 'a "b" c', number: "12", yes: "yes", empty: "", colon: "a: b", dash: "- x", star: "*x", and: "&x",
  reference: "${share}", date: "2024-01-01", lines: "a\nb\r\n\tc", unicode: "Größe 日本 😀", breaks: "a\u2028b\u0085c\u007fd\ufeffe", merge: "<<",
  nothing: null, flag: true, whole: 3, half: 0.5, tiny: 1e-7, huge: 1e21, minus: -2.5e-9, list: ["a", 1, null, ["b"]], none: [], void: {},
  "odd name": { "a:b": [{ on: "off" }] },
};
const PIECE: Graph = {
  nodes: [
    node("dataset", "dataset", { dataset: "sample shops" }), node("null", "formula", AWKWARD, [320, -40.5], 'A "title": 1'),
    node("model", "random_forest_classifier", {}, [640, 0]), node("report", "evaluate", {}, [960, 0]),
  ],
  edges: [wire("dataset", "null"), wire("null", "model"), wire("model", "report", "model")],
};
const SEEN = { x: 0, y: 0, width: 1000, height: 600 };

describe("a copied part of a pipeline", () => {
  it("is text in the format of the pipeline's file", () => {
    expect(fragmentText(PIECE)).toBe(file);
  });
  it("is known again by its text, or where the page may not read the clipboard", () => {
    const text = keep(PIECE);
    expect(recall(text.replaceAll("\n", "\r\n"))).toBe(PIECE);
    expect(recall("")).toBe(PIECE);
    expect(recall(`${text}# more`)).toBeNull();
  });
  it("comes where it was, over nothing else, and into the middle of the view when that is elsewhere", () => {
    const shift = (graph: Graph) => shiftOf(graph, PIECE, new Map(), SEEN);
    expect(shift({ nodes: [], edges: [] })).toEqual([0, 0]);
    const covers = ([x, y]: readonly number[], one: GraphNode, there: GraphNode): boolean =>
      Math.abs(one.position[0] + x! - there.position[0]) < CARD_WIDTH && Math.abs(one.position[1] + y! - there.position[1]) < CARD_HEIGHT;
    for (const graph of [PIECE, { ...PIECE, nodes: [...PIECE.nodes, node("x", "formula", {}, [40, shift(PIECE)[1]])] }]) {
      expect(shift(graph)[0]).toBe(0);
      expect(PIECE.nodes.some((one) => graph.nodes.some((there) => covers(shift(graph), one, there)))).toBe(false);
    }
    const far = { ...SEEN, x: 100_000 };
    expect(shiftOf(PIECE, PIECE, new Map(), far)[0]).toBeGreaterThan(99_000);
  });
});

describe("a pasted text", () => {
  let asked: string[];
  let said: string[];
  let inserted: Graph[];
  let pasting: Pasting;
  beforeEach(() => {
    vi.useFakeTimers();
    [asked, said, inserted] = [[], [], []];
    pasting = new Pasting("me", { ask: (text) => asked.push(text), insert: (piece) => void inserted.push(piece), say: (text) => void said.push(text) });
  });
  afterEach(() => vi.useRealTimers());
  const answer = (seq: number, graph: Graph | null, cid = "me") => pasting.receive({ cid, seq, graph, message: "It is no pipeline." });

  it("is read by Python, and inserted once", () => {
    pasting.start("nodes: {}", SEEN);
    answer(1, PIECE, "another tab");
    answer(0, PIECE);
    expect(inserted).toEqual([]);
    answer(1, PIECE);
    answer(1, PIECE);
    expect(inserted).toEqual([PIECE]);
  });
  it("that is no pipeline is refused in words", () => {
    pasting.start("hello", SEEN);
    answer(1, null);
    expect([inserted, said]).toEqual([[], ["Nothing was pasted. It is no pipeline."]]);
  });
  it("is not even sent when it is empty or endless", () => {
    pasting.start(" \n", SEEN);
    pasting.start("x".repeat(LONGEST + 1), SEEN);
    expect([asked.length, said.length]).toEqual([0, 2]);
  });
  it("is asked for again, and given up in words", () => {
    pasting.start("nodes: {}", SEEN);
    vi.advanceTimersByTime(60_000);
    expect(asked).toHaveLength(3);
    expect(said).toHaveLength(1);
    answer(3, PIECE);
    expect(inserted).toEqual([]);
  });
});
