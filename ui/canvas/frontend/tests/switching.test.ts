import { describe, expect, it } from "vitest";
import { commandOf } from "../src/frame/keys";
import { partOf, switched, switchWord } from "../src/model/switching";
import type { ComponentSpec, Facts, Graph, GraphNode } from "../src/protocol";

const node = (id: string, disabled?: boolean): GraphNode =>
  ({ id, component: "c", title: null, params: {}, position: [0, 0], ...(disabled ? { disabled } : {}) });
const graph: Graph = { nodes: [node("a"), node("b", true), node("c")], edges: [] };
const off = (one: Graph): string[] => one.nodes.filter((each) => each.disabled).map((each) => each.id);
const spec = (passes: boolean) => ({ passes }) as ComponentSpec;
const facts = (part: Facts["part"], note: string) => ({ part, note }) as Facts;

describe("the switch", () => {
  it("turns all of them off, and on again where they are off", () => {
    expect(off(switched(graph, new Set(["a", "b"])))).toEqual(["a", "b"]);
    expect(off(switched(graph, new Set(["b"])))).toEqual([]);
    expect(switched(graph, new Set())).toBe(graph);
  });
  it("leaves no trace of itself when it is on, so that the file stays as it was", () => {
    expect(JSON.stringify(switched(switched(graph, new Set(["a"])), new Set(["a"])))).toBe(JSON.stringify(graph));
  });
  it("is told at once, and in full when the engine has said what it does", () => {
    expect(partOf(node("a"), spec(true), undefined)).toBeNull();
    expect(partOf(node("a", true), spec(true), undefined)?.word).toBe("Bypassed");
    expect(partOf(node("a", true), spec(false), undefined)?.word).toBe("Off");
    expect(partOf(node("a", true), spec(true), facts("off", "Bypassed, but nothing arrives here."))?.about).toContain("nothing arrives");
    expect(partOf(node("a"), spec(true), facts("left_out", "Left out: A is switched off."))?.about).toContain("A is");
    expect(partOf(node("a"), spec(true), facts("bypassed", "old news"))).toBeNull();
    expect([switchWord(node("a"), spec(true)), switchWord(node("a"), spec(false)), switchWord(node("a", true), spec(true))])
      .toEqual(["Bypass", "Switch off", "Switch on"]);
  });
  it("and the groups have keys, but not while somebody types", () => {
    const press = (key: string, ctrlKey = false, shiftKey = false) => commandOf({ key, ctrlKey, shiftKey, metaKey: false, altKey: false, target: null });
    expect([press("d"), press("g"), press("g", true), press("G", true, true), press("n"), press("F2")])
      .toEqual(["toggle", "fold", "group", "ungroup", "note", "write"]);
  });
});
