import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { frameAround } from "../src/board/nodes/drawn";
import { modelOf, type Model } from "../src/model/model";
import type { ComponentSpec, EditorData, Graph } from "../src/protocol";
import type { Line } from "../src/model/aligning";

const table = { name: "table", kind: "table" as const };
const spec = (key: string, family: string, inputs = [table], outputs = [table]): ComponentSpec => ({
  key, title: key, about: "", words: [], icon: "", category: "x", family, serving: "", inputs, outputs, help: "", requires: [],
  params: { properties: { width: { default: 200 }, height: { default: 100 } } },
});
const palette = [spec("source", "source", []), spec("clean", "transform"), spec("memo", "note", [], []), spec("box", "frame", [], [])];
const data = (doc: string, graph: Graph, more: Partial<EditorData> = {}): EditorData => ({
  kind: "editor", doc, name: doc, rev: 1, by: "server", ack: 0, readonly: false, graph, facts: {}, tables: [], problems: [], options: {}, run: null,
  catalogue: { digest: "d", palette, categories: [], functions: [], messages: {} }, ...more,
});
const SEEN = { x: 0, y: 0, width: 2000, height: 1000 };
const NONE = new Map<string, number>();

/** Mulberry32: the same numbers for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Everything a person can do to the drawing. */
function act(model: Model, dice: () => number): void {
  const pick = <T>(all: readonly T[]): T | undefined => all[Math.floor(dice() * all.length)];
  const ids = model.state.graph.nodes.map((node) => node.id);
  const one = pick(ids) ?? "";
  const some = ids.filter(() => dice() < 0.5);
  const place = (): [number, number] => [Math.floor(dice() * 900), Math.floor(dice() * 500)];
  const ends = [{ node: one, side: "out" as const, port: "table" }, { node: pick(ids) ?? "", side: "in" as const, port: "table" }] as const;
  const edge = pick(model.state.graph.edges);
  const ways: (() => unknown)[] = [
    () => model.add(pick(palette)!.key, place()),
    () => model.addBeside(pick(palette)!.key, place(), NONE),
    () => ids.length > 0 && model.addTo(ends[dice() < 0.5 ? 0 : 1], "clean"),
    () => edge && model.addOnEdge("clean", place(), edge),
    () => model.connect(...ends),
    () => model.move(new Map(some.map((id) => [id, place()]))),
    () => model.setParam(one, pick(["a", "b", "constructor"])!, pick([1, "x", undefined, [dice()]])),
    () => model.setTitle(one, pick([null, "Title"])!),
    () => model.putInto(one, frameAround([{ x: 0, y: 0, width: 100 * dice(), height: 50 }])),
    () => (model.select(some), model.copy(), model.paste("", SEEN)),
    () => (model.select(some), model.duplicate()),
    () => model.arrange(NONE),
    () => (model.select(some), model.align(pick<Line>(["left", "centre", "right", "top", "middle", "bottom"])!, NONE)),
    () => (model.select(some), model.distribute(pick(["across", "down"] as const)!, NONE)),
    () => dice() < 0.3 && model.remove(some),
    () => edge && model.remove([], [`${edge.source}.${edge.source_port}->${edge.target}.${edge.target_port}`]),
  ];
  if (ids.length > 15) model.remove(some); // else pasting fills the whole test
  else pick(ways)!();
}

describe("undo and redo", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it.each([1, 2, 3, 4, 5, 6, 7, 8])("give back exactly what was drawn, whatever was done (%i)", (seed) => {
    const model = modelOf(`undo ${seed}`);
    model.receive(data(`undo ${seed}`, { nodes: [], edges: [] }));
    const dice = random(seed);
    const drawn = [structuredClone(model.state.graph)];
    for (let step = 0; step < 90; step++) {
      const before = model.state.graph;
      vi.advanceTimersByTime(2_000); // each is a step of its own
      act(model, dice);
      if (model.state.graph !== before) drawn.push(structuredClone(model.state.graph));
    }
    expect(drawn.length).toBeGreaterThan(40);
    for (const graph of drawn.slice(0, -1).reverse()) {
      model.undo();
      expect(model.state.graph).toEqual(graph);
    }
    expect(model.state.canUndo).toBe(false);
    for (const graph of drawn.slice(1)) {
      model.redo();
      expect(model.state.graph).toEqual(graph);
    }
    expect(model.state.canRedo).toBe(false);
  });
});

describe("what Python tells", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());
  const graph: Graph = { nodes: ["constructor", "other"].map((id) => ({ id, component: "clean", title: null, params: {}, position: [0, 0] })), edges: [] };
  const facts = (summary: string) => ({ summary, note: null, inputs: {}, outputs: {}, fitted: null, serving: "" });

  it("is found by id only, not by what every object has", () => {
    const model = modelOf("bare");
    model.receive(data("bare", graph));
    for (const told of [model.state.facts, model.state.status]) expect(told["constructor"]).toBeUndefined();
  });
  it("stays the same where it is the same, so that only what changed is drawn again", () => {
    const model = modelOf("shared");
    model.receive(data("shared", graph, { facts: { constructor: facts("a"), other: facts("b") } as unknown as EditorData["facts"] }));
    const before = model.state.facts;
    model.receive(data("shared", graph, { rev: 1, facts: { constructor: facts("a"), other: facts("c") } as unknown as EditorData["facts"] }));
    expect(model.state.facts["constructor"]).toBe(before["constructor"]);
    expect(model.state.facts["other"]!.summary).toBe("c");
  });
  it("nothing more is added than a pipeline may have", () => {
    const model = modelOf("full");
    const nodes = Array.from({ length: 1500 }, (_, place) => ({ ...graph.nodes[1]!, id: `n${place}` }));
    model.receive(data("full", { nodes, edges: [] }));
    model.select(nodes.map(({ id }) => id));
    model.duplicate();
    expect(model.state.graph.nodes).toHaveLength(1500);
    expect(model.state.toast?.text).toContain("3,000 nodes");
  });
});
