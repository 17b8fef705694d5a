import { describe, expect, it } from "vitest";
import { addEdge, addNode, EMPTY, freshId, paste, fragment, removeParts, sameGraph } from "../src/model/graph";
import type { ComponentSpec, Graph, GraphEdge } from "../src/protocol";
import { edgeBetween, firstFit, fits, insertBetween, refusalCode, refusalText } from "../src/model/rules";

const spec = (key: string, inputs: ComponentSpec["inputs"], outputs: ComponentSpec["outputs"]): ComponentSpec => ({
  key, title: key.toUpperCase(), about: "", words: [], icon: "", category: "x", family: "transform", serving: "replay", inputs, outputs, params: {}, help: "", requires: [],
});
const table = { name: "table", kind: "table" as const };
const model = { name: "model", kind: "model" as const };
const specs = new Map([
  spec("source", [], [table]),
  spec("clean", [table], [table]),
  spec("union", [{ ...table, many: true }], [table]),
  spec("learn", [table], [model, { name: "predictions", kind: "table" }]),
  spec("judge", [model], []),
].map((one) => [one.key, one]));
const edge = (source: string, target: string, source_port = "table", target_port = "table"): GraphEdge => ({ source, source_port, target, target_port });
const drawn = (...components: string[]): Graph => components.reduce((graph, one) => addNode(graph, one, [0, 0])[0], EMPTY);
const code = (graph: Graph, one: GraphEdge) => refusalCode(graph, specs, one);

describe("wires", () => {
  const graph = drawn("source", "clean", "clean", "learn", "judge", "union");

  it("join ports of one kind", () => expect(code(graph, edge("source", "clean"))).toBeNull());
  it("do not join a table to a model", () => expect(code(graph, edge("source", "judge", "table", "model"))).toBe("kind_mismatch"));
  it("do not lead back to their own node", () => expect(code(graph, edge("clean", "clean"))).toBe("self"));
  it("do not reach ports that are not there", () => expect(code(graph, edge("source", "clean", "nope"))).toBe("direction"));
  it("say of a node without such ports that it has none, and of one that is not installed that nothing can be wired", () => {
    expect(code(graph, edge("clean", "source", "table", ""))).toBe("no_input");
    expect(code(graph, edge("judge", "clean", ""))).toBe("no_output");
    const broken = { ...graph, nodes: [...graph.nodes, { ...graph.nodes[0]!, id: "gone", component: "gone", title: "Of theirs" }] };
    expect(code(broken, edge("clean", "gone"))).toBe("unknown");
    expect(refusalText(broken, specs, { unknown: "“{unknown}” is not installed" }, edge("clean", "gone"), "unknown")).toBe("“Of theirs” is not installed");
  });
  it("are drawn once", () => {
    expect(code(addEdge(graph, edge("source", "clean")), edge("source", "clean"))).toBe("duplicate");
  });
  it("take a single input once, and a collecting input often", () => {
    expect(code(addEdge(graph, edge("source", "clean")), edge("union", "clean"))).toBe("taken");
    expect(code(addEdge(graph, edge("source", "union")), edge("clean", "union"))).toBeNull();
  });
  it("close no circle", () => {
    const line = addEdge(addEdge(graph, edge("clean", "clean_2")), edge("clean_2", "learn"));
    expect(code(line, edge("learn", "clean", "predictions", "table"))).toBe("cycle");
  });
  it("may be dragged from either end", () => {
    const out = { node: "source", side: "out", port: "table" } as const;
    const into = { node: "clean", side: "in", port: "table" } as const;
    expect(edgeBetween(into, out)).toEqual(edgeBetween(out, into));
    expect(fits(graph, specs, into, out)).toBe(true);
    expect(edgeBetween(out, out)).toBeNull();
  });
  it("are refused in the words of the engine", () => {
    const text = refusalText(graph, specs, { kind_mismatch: "{source} → {target}: {source_kind}, not {target_kind} {what}" }, edge("source", "judge", "table", "model"), "kind_mismatch");
    expect(text).toBe("SOURCE → JUDGE: table, not model {what}");
  });
  it("find the first ports that fit", () => {
    expect(firstFit(graph, specs, "learn", "judge")).toEqual(edge("learn", "judge", "model", "model"));
    expect(firstFit(graph, specs, "judge", "clean")).toBeNull();
  });
  it("let a node in between when it fits", () => {
    const wire = edge("source", "learn");
    const before = addEdge(graph, wire);
    expect(insertBetween(before, specs, wire, "clean")?.edges).toEqual([edge("source", "clean"), edge("clean", "learn")]);
    expect(insertBetween(before, specs, wire, "judge")).toBeNull();
  });
});

describe("graphs", () => {
  it("name nodes so that they can be read in a file", () => {
    expect(freshId("impute_mean", new Set())).toBe("impute_mean");
    expect(freshId("impute_mean", new Set(["impute_mean"]))).toBe("impute_mean_2");
    expect(freshId("impute_mean_2", new Set(["impute_mean", "impute_mean_2"]))).toBe("impute_mean_3");
    expect(freshId("9 Löcher!", new Set())).toMatch(/^[a-z][a-z0-9_]{0,63}$/);
    expect(freshId("x".repeat(80), new Set(["x".repeat(64)]))).toMatch(/^[a-z][a-z0-9_]{0,63}$/);
  });
  it("lose the wires of a removed node", () => {
    const graph = addEdge(drawn("source", "clean"), edge("source", "clean"));
    expect(removeParts(graph, new Set(["clean"]), new Set()).edges).toEqual([]);
  });
  it("paste nodes with the wires among them, under new names", () => {
    const graph = addEdge(addEdge(drawn("source", "clean", "union"), edge("source", "clean")), edge("clean", "union"));
    const [pasted, ids] = paste(graph, fragment(graph, new Set(["source", "clean"])), [40, 40]);
    expect(ids).toEqual(["source_2", "clean_2"]);
    expect(pasted.edges.slice(2)).toEqual([edge("source_2", "clean_2")]);
    expect(sameGraph(graph, { ...graph })).toBe(true);
  });
});
