import { describe, expect, it } from "vitest";
import { modelOf } from "../src/model/model";
import type { ComponentSpec, EditorData } from "../src/protocol";

const table = { name: "table", kind: "table" as const };
const spec = (key: string, inputs: ComponentSpec["inputs"]): ComponentSpec =>
  ({ key, title: key, about: "", words: [], icon: "", category: "x", family: "", serving: "", inputs, outputs: [table], params: {}, help: "", requires: [] });
const palette = [spec("source", []), spec("clean", [table]), spec("enrich", [{ ...table, optional: true }])];
const empty = (doc: string): EditorData => ({
  kind: "editor", doc, name: doc, rev: 1, by: "server", ack: 0, readonly: false, graph: { nodes: [], edges: [] }, facts: {}, tables: [], problems: [], options: {}, run: null,
  catalogue: { digest: "d", palette, categories: [], functions: [], messages: {} },
});
const HEIGHTS = new Map<string, number>();

function drawn(name: string, ...keys: string[]) {
  const model = modelOf(name);
  model.receive(empty(name));
  for (const key of keys) model.addBeside(key, [0, 0], HEIGHTS);
  return model;
}
const wires = (model: ReturnType<typeof drawn>) => model.state.graph.edges.map((edge) => `${edge.source} > ${edge.target}`);
const x = (model: ReturnType<typeof drawn>, id: string) => model.state.graph.nodes.find((node) => node.id === id)!.position[0];

describe("a component that is clicked", () => {
  it("follows the selected node, wired to it", () => expect(wires(drawn("after", "source", "clean"))).toEqual(["source > clean"]));
  it("comes before it where it only gives and that still needs something", () => {
    const model = drawn("before", "clean", "source");
    expect(wires(model)).toEqual(["source > clean"]);
    expect(x(model, "source")).toBeLessThan(x(model, "clean"));
  });
  it("stays apart where nothing is needed", () => expect(wires(drawn("apart", "enrich", "source"))).toEqual([]));
  it("is gone with one Undo", () => {
    const model = drawn("undone", "clean", "source");
    model.undo();
    expect(model.state.graph.nodes.map((node) => node.id)).toEqual(["clean"]);
  });
});
