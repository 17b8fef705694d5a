import { describe, expect, it } from "vitest";
import { align, distribute, type Line } from "../src/model/aligning";
import type { Specs } from "../src/model/rules";
import type { ComponentSpec, Graph, GraphNode, Params } from "../src/protocol";

const spec = (key: string, family: string): ComponentSpec => ({
  key, title: key, about: "", words: [], icon: "", category: "x", family, serving: "", inputs: [], outputs: [], help: "", requires: [],
  params: { properties: { width: { default: 400 }, height: { default: 300 } } },
});
const specs: Specs = new Map([spec("card", "transform"), spec("box", "frame")].map((one) => [one.key, one]));
const node = (id: string, component: string, x: number, y: number, params: Params = {}): GraphNode => ({ id, component, title: null, params, position: [x, y] });
const cards: Graph = { nodes: [node("a", "card", 0, 0), node("b", "card", 300, 50), node("c", "card", 800, 400), node("d", "card", 5, 5)], edges: [] };
const chosen = ["a", "b", "c"];
const heights = new Map([["a", 92], ["b", 192], ["c", 92]]);
const places = (graph: Graph) => Object.fromEntries(graph.nodes.map(({ id, position }) => [id, position]));

describe("aligning", () => {
  it.each<[Line, [number, number][]]>([
    ["left", [[0, 0], [0, 50], [0, 400]]],
    ["centre", [[400, 0], [400, 50], [400, 400]]],
    ["right", [[800, 0], [800, 50], [800, 400]]],
    ["top", [[0, 0], [300, 0], [800, 0]]],
    ["middle", [[0, 200], [300, 150], [800, 200]]],
    ["bottom", [[0, 400], [300, 300], [800, 400]]],
  ])("%s edges counts what is high, too, and leaves the others", (line, wanted) => {
    expect(places(align(cards, specs, chosen, line, heights))).toEqual({ a: wanted[0], b: wanted[1], c: wanted[2], d: [5, 5] });
  });
  it("spreads so that all gaps are one, and the outermost stay", () => {
    expect(places(distribute(cards, specs, chosen, "across", heights))["b"]).toEqual([400, 50]);
    expect(places(distribute(cards, specs, chosen, "down", heights))).toEqual({ a: [0, 0], b: [300, 150], c: [800, 400], d: [5, 5] });
  });
  it("needs two to align and three to spread", () => {
    expect(align(cards, specs, ["a"], "right", heights)).toBe(cards);
    expect(distribute(cards, specs, ["a", "b"], "down", heights)).toBe(cards);
  });
  it("takes along what lies in a frame, once", () => {
    const framed: Graph = { nodes: [node("f", "box", 0, 0), node("in", "card", 100, 100), node("out", "card", 900, 500)], edges: [] };
    expect(places(align(framed, specs, ["f", "in", "out"], "right", new Map()))).toEqual({ f: [710, 0], in: [810, 100], out: [900, 500] });
  });
});
