import { describe, expect, it } from "vitest";
import { addEdge, addNode, changeNode, EMPTY } from "../src/model/graph";
import { portsOf } from "../src/model/broken";
import { inWords, mayReplace, refitted, replaced, substitutes } from "../src/model/replacing";
import type { ComponentSpec, Graph, GraphEdge, Schema } from "../src/protocol";

const table = { name: "table", kind: "table" as const };
const model = { name: "model", kind: "model" as const };
const predictions = { name: "predictions", kind: "table" as const };
const columns: Schema = { "x-widget": "columns", "x-kinds": ["numeric"] };
const spec = (key: string, inputs: ComponentSpec["inputs"], outputs: ComponentSpec["outputs"], properties: Schema["properties"] = {}, category = "x"): ComponentSpec => ({
  key, title: key.toUpperCase(), about: "", words: [], icon: "", category, family: category, serving: "", inputs, outputs, params: { properties }, help: "", requires: [],
});
const number = (maximum: number): Schema => ({ type: "number", minimum: 0, maximum });
const palette = [
  spec("source", [], [table], {}, "data"),
  spec("note", [], [], {}, "note"),
  spec("scale", [table], [table], { columns, strength: number(1) }, "prepare"),
  spec("filter", [table], [table, { name: "rest", kind: "table" }], { condition: { type: "string", "x-widget": "expression" } }, "rows"),
  spec("learn", [table], [model, predictions], { target: { type: "string", "x-widget": "column" }, features: columns, strength: number(10), seed: number(99) }, "models"),
  spec("learn_too", [{ ...table, name: "rows" }], [model, predictions], { target: { type: "string", "x-widget": "column" }, features: columns, strength: number(5) }, "models"),
  spec("join", [{ ...table, name: "left" }, { ...table, name: "right" }], [table], {}, "combine"),
  spec("judge", [model], [], {}, "evaluate"),
];
palette.forEach((one) => { if (one.key === "note") one.family = "note"; });
const specs = new Map(palette.map((one) => [one.key, one]));
const edge = (source: string, target: string, source_port = "table", target_port = "table"): GraphEdge => ({ source, source_port, target, target_port });
const drawn = (components: string[], ...edges: GraphEdge[]): Graph =>
  edges.reduce(addEdge, components.reduce((graph, one) => addNode(graph, one, [0, 0])[0], EMPTY));

describe("replacing a node", () => {
  const line = changeNode(
    drawn(["source", "learn", "judge"], edge("source", "learn"), edge("learn", "judge", "model", "model")),
    "learn", { params: { target: "churn", features: ["a"], strength: 7, seed: 3 }, title: "Mine" },
  );

  it("keeps its id, title, place, wires by kind, and settings that are valid there", () => {
    const made = replaced(line, specs, "learn", "learn_too")!;
    expect(made.graph.edges).toEqual([edge("source", "learn", "table", "rows"), edge("learn", "judge", "model", "model")]);
    expect(made.graph.nodes[1]).toMatchObject({ id: "learn", title: "Mine", component: "learn_too", params: { target: "churn", features: ["a"] } });
    expect(made.lost).toEqual(["the settings “Strength” and “Seed”"]);
    expect(line.nodes[1]!.component).toBe("learn");
  });

  it("says which wires it loses", () => {
    expect(replaced(line, specs, "learn", "scale")!.lost).toContain("the wire to JUDGE");
    const rest = drawn(["filter", "scale", "scale"], edge("filter", "scale"), edge("filter", "scale_2", "rest"));
    expect(replaced(rest, specs, "filter", "scale")!.lost).toEqual(["the wire to SCALE"]);
    expect(replaced(rest, specs, "filter", "scale")!.graph.edges).toEqual([edge("filter", "scale")]);
  });

  it("lets the columns and the expression of a component be those of another, by role", () => {
    expect(refitted({ features: ["a"] }, palette[4]!.params, palette[2]!.params)).toEqual({ kept: { columns: ["a"] }, lost: [] });
    expect(refitted({ strength: 4 }, palette[4]!.params, palette[2]!.params)).toEqual({ kept: {}, lost: ["strength"] });
    expect(refitted({ columns: ["a"] }, undefined, palette[4]!.params)).toEqual({ kept: {}, lost: ["columns"] });
  });

  it("offers what keeps every wire, its own shelf first, and never what is only drawn", () => {
    expect(substitutes(line, specs, palette, "learn").map((one) => one.key)).toEqual(["learn_too"]);
    const middle = drawn(["source", "scale", "learn"], edge("source", "scale"), edge("scale", "learn"));
    expect(substitutes(middle, specs, palette, "scale").map((one) => one.key)).toEqual(["filter", "learn", "learn_too", "join"]);
    expect(substitutes(drawn(["note"]), specs, palette, "note")).toEqual([]);
    expect(mayReplace(middle, specs, "scale", "note")).toBe(false);
    expect(mayReplace(middle, specs, "scale", "scale")).toBe(false);
    expect(mayReplace(middle, specs, "source", "filter")).toBe(false);
    expect(mayReplace(middle, specs, "source", "__proto__")).toBe(false);
  });

  it("says several things as a person does", () => expect([inWords([]), inWords(["a"]), inWords(["a", "b", "c"])]).toEqual(["", "a", "a, b and c"]));
});

describe("a node whose component is not installed", () => {
  const lost = changeNode(
    drawn(["source", "gone", "learn", "judge"], edge("source", "gone", "table", "rows_in"), edge("gone", "learn", "out"), edge("gone", "judge", "fitted", "model")),
    "gone", { params: { columns: ["a"], strength: 0.5, other: { deep: [1] } } },
  );
  const gone = lost.nodes[1]!;

  it("has the ports that wires hang on, of the kind that the other end says", () => {
    expect(portsOf(lost, specs, gone)).toEqual({
      inputs: [{ name: "rows_in", kind: "table", many: true }],
      outputs: [{ name: "out", kind: "table" }, { name: "fitted", kind: "model" }],
    });
  });

  it("can be replaced by what its wires fit, and keeps the settings that fit by name", () => {
    expect(substitutes(lost, specs, palette, "gone").map((one) => one.key)).toEqual(["learn", "learn_too"]);
    const made = replaced(lost, specs, "gone", "learn")!;
    expect(made.graph.nodes[1]!.params).toEqual({ strength: 0.5 });
    expect(made.graph.edges).toEqual([edge("source", "gone"), edge("gone", "learn", "predictions"), edge("gone", "judge", "model", "model")]);
    expect(made.lost).toEqual(["the settings “Columns” and “Other”"]);
  });
});
