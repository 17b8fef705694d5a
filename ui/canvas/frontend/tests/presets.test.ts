/** A dataset is found by its own name, and added as the node that reads it. */
import { describe, expect, it } from "vitest";
import { addNode, EMPTY } from "../src/model/graph";
import { presetsOf } from "../src/model/presets";
import { replaced } from "../src/model/replacing";
import { kindsOf, matching } from "../src/palette/search";
import type { ComponentSpec, Option } from "../src/protocol";

const spec = (key: string, title: string, inputs: string[], options?: string): ComponentSpec => ({
  key, title, about: "", words: [], icon: "", category: "data", family: "", serving: "", help: "", requires: [],
  inputs: inputs.map((name) => ({ name, kind: "table", many: false, optional: false })) as ComponentSpec["inputs"],
  outputs: [{ name: "table", kind: "table" }] as ComponentSpec["outputs"],
  params: { properties: options ? { name: { "x-options": options } } : {} } as ComponentSpec["params"],
});
const palette = [spec("dataset", "Dataset", [], "datasets"), spec("join", "Join", ["left"], "datasets"), spec("typed", "Typed table", [])];
const options: { [name: string]: Option[] } = { datasets: [{ value: "telco", label: "telco", about: "v2, 7,043 rows" }, { value: "a:b", label: "a:b" }] };
const presets = presetsOf(palette, options);
const specs = new Map([...palette, ...presets].map((one) => [one.key, one]));

describe("what there is to read", () => {
  it("is offered for sources only, each choice once", () => {
    expect(presets.map(({ title, kind }) => [title, kind])).toEqual([["telco", "Dataset, v2, 7,043 rows"], ["a:b", "Dataset"]]);
  });
  it("is found by its name, and by what it is", () => {
    expect(matching([...specs.values()], "telc").map(({ title }) => title)).toEqual(["telco"]);
    expect(matching([...specs.values()], "dataset")[0]!.title).toBe("Dataset");
    expect(kindsOf(presets, []).get(presets[0]!.key)).toContain("7,043 rows");
  });
  it.each(["telco", "a:b"])("becomes the component with its setting: %s", (name) => {
    const key = presets.find(({ title }) => title === name)!.key;
    const [graph, id] = addNode(EMPTY, key, [0, 0]);
    expect(graph.nodes).toEqual([{ id, component: "dataset", title: null, params: { name }, position: [0, 0] }]);
    expect(id).toBe("dataset");
  });
  it("takes the place of another source, with its setting", () => {
    const [graph, id] = addNode(EMPTY, "typed", [0, 0]);
    expect(replaced(graph, specs, id, presets[0]!.key)?.graph.nodes[0]).toMatchObject({ component: "dataset", params: { name: "telco" } });
  });
});
