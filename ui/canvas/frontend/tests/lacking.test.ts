import { describe, expect, it } from "vitest";
import { missingAt } from "../src/panel/lacking";
import type { ComponentSpec, Graph, GraphEdge, Problem } from "../src/protocol";

const table = { name: "table", kind: "table" as const };
const spec = (key: string, inputs: ComponentSpec["inputs"]): ComponentSpec =>
  ({ key, title: key, about: "", words: [], icon: "", category: "x", family: "", serving: "", inputs, outputs: [table], params: {}, help: "", requires: [] });
const specs = new Map([["source", spec("source", [])], ["step", spec("step", [table])]]);
const wire = (source: string, target: string): GraphEdge => ({ source, source_port: "table", target, target_port: "table" });
const drawn = (edges: GraphEdge[]): Graph => ({
  nodes: ["data", "clean", "split"].map((id) => ({ id, component: id === "data" ? "source" : "step", title: null, params: {}, position: [0, 0] })),
  edges,
});
const problem = (node: string, severity: Problem["severity"] = "error"): Problem =>
  ({ id: node, code: "x", node, field: "name", severity, message: "Choose a dataset.", hint: "", fix: null });

describe("why there are no columns to choose from", () => {
  it("is the wire that is not there", () => expect(missingAt(drawn([]), specs, [], "split", "table")).toEqual({ wire: "split" }));
  it("is the farthest wire that is not there", () =>
    expect(missingAt(drawn([wire("clean", "split")]), specs, [], "split", "table")).toEqual({ wire: "clean" }));
  it("is what the first node still needs, not what the others lack because of it", () => {
    const all = drawn([wire("data", "clean"), wire("clean", "split")]);
    const wrong = [problem("clean"), problem("data")];
    expect(missingAt(all, specs, wrong, "split", "table")).toEqual({ problem: wrong[1] });
  });
  it("is no warning, and else only that the node before does not tell", () =>
    expect(missingAt(drawn([wire("data", "split")]), specs, [problem("data", "warning")], "split", "table")).toEqual({ before: "data" }));
});
