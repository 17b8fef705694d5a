import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fitting, wordsFor } from "../src/palette/fitting";
import { keysIn } from "../src/palette/kept";
import { kindsOf } from "../src/palette/search";
import type { ComponentSpec, Graph } from "../src/protocol";

const table = { name: "table", kind: "table" as const };
const model = { name: "model", kind: "model" as const };
const spec = (key: string, inputs: ComponentSpec["inputs"], outputs: ComponentSpec["outputs"]): ComponentSpec =>
  ({ key, title: key, about: "", words: [], icon: "", category: "x", family: "", serving: "", inputs, outputs, params: {}, help: "", requires: [] });
const palette = [spec("source", [], [table]), spec("clean", [table], [table]), spec("learn", [table], [model, table]), spec("judge", [model], [])];
const specs = new Map(palette.map((one) => [one.key, one]));
const graph: Graph = { nodes: [{ id: "learn", component: "learn", title: "Forest", params: {}, position: [0, 0] }], edges: [] };

describe("the palette filtered by a port", () => {
  const keys = (side: "in" | "out", port: string, node = "learn") => fitting(palette, graph, specs, { node, side, port }).map(({ key }) => key);
  it("offers what takes what an output gives, and what gives what an input takes", () => {
    expect(keys("out", "model")).toEqual(["judge"]);
    expect(keys("out", "table")).toEqual(["clean", "learn"]);
    expect(keys("in", "table")).toEqual(["source", "clean", "learn"]);
  });
  it("offers nothing for a port that is not there", () => expect([keys("out", "nope"), keys("in", "table", "gone")]).toEqual([[], []]));
  it("says what it is filtered by", () => {
    expect(wordsFor(graph, specs, { node: "learn", side: "out", port: "model" })).toBe("After Forest: model");
    expect(wordsFor(graph, specs, { node: "learn", side: "in", port: "table" })).toBe("Before Forest");
  });
});

describe("components that are called the same", () => {
  it("are told apart by their categories", () => {
    const forests = ["classify", "predict"].map((category) => ({ ...spec(`forest_${category}`, [], []), title: "Random forest", category }));
    const kinds = kindsOf([...palette, ...forests], [{ key: "classify", title: "Classify" }]);
    expect([...kinds]).toEqual([["forest_classify", "Classify"], ["forest_predict", "predict"]]);
  });
});

describe("what a person starred and used last", () => {
  let stored: { [key: string]: string };
  beforeEach(() => {
    stored = {};
    vi.resetModules();
    vi.stubGlobal("localStorage", { getItem: (key: string) => stored[key] ?? null, setItem: (key: string, value: string) => { stored[key] = value; } });
  });
  afterEach(() => vi.unstubAllGlobals());

  it("is read whatever is found there", () => {
    const rubbish = [null, "", "{", "7", '"x"', "{}", '[1, null, {"a": 1}, ["b"]]', JSON.stringify(["x".repeat(65)])];
    expect(rubbish.map(keysIn)).toEqual(rubbish.map(() => []));
    expect(keysIn('["join", 3, "join", "cast"]')).toEqual(["join", "cast"]);
    expect(keysIn(JSON.stringify(Array.from({ length: 9999 }, (_, one) => `k${one}`)))).toHaveLength(100);
  });
  it("is kept: stars until they are taken off, the last few used, newest first", async () => {
    const { kept, star, use, MOST_RECENT } = await import("../src/palette/kept");
    star("join");
    star("cast");
    star("join");
    for (const key of ["a", "b", "c", "d", "e", "f", "a"]) use(key);
    expect(kept("favourites")).toEqual(["cast"]);
    expect(kept("recent")).toEqual(["a", "f", "e", "d", "c"].slice(0, MOST_RECENT));
    vi.resetModules();
    expect((await import("../src/palette/kept")).kept("recent")).toEqual(kept("recent"));
  });
  it("is remembered at least until the page closes, where the browser keeps nothing", async () => {
    const no = () => { throw new Error("forbidden"); };
    vi.stubGlobal("localStorage", { getItem: no, setItem: no });
    const { kept, star } = await import("../src/palette/kept");
    star("join");
    expect(kept("favourites")).toEqual(["join"]);
  });
});
