import { describe, expect, it } from "vitest";
import type { Graph, GraphNode, Params } from "../src/protocol";
import type { Specs } from "../src/model/rules";
import { arrange } from "../src/board/nodes/arranging";
import { Carrier } from "../src/board/nodes/carrying";
import { boxOf, drawnAs, frameAround, lengthOf, liesIn, members, putInto, type Box } from "../src/board/nodes/drawn";
import { paintOf, spoken, textOf } from "../src/board/nodes/paint";

const size = { width: { default: 200, minimum: 120, maximum: 6000 }, height: { default: 100, minimum: 60, maximum: 6000 } };
const spec = (key: string, family: string) => ({
  key, title: key.toUpperCase(), about: "", words: [], icon: "", category: "x", family, serving: "", inputs: [], outputs: [], help: "", requires: [],
  params: { properties: { ...size, color: { enum: ["blue", "pink"], default: "blue" } } },
});
const specs: Specs = new Map([spec("card", "transform"), spec("memo", "note"), spec("box", "frame")].map((one) => [one.key, one]));
const node = (id: string, component: string, x: number, y: number, params: Params = {}): GraphNode =>
  ({ id, component, title: null, params, position: [x, y] });
const framed: Graph = {
  nodes: [
    node("a", "card", 0, 0), node("b", "card", 300, 0), node("c", "card", 900, 0),
    node("why", "memo", 300, 120),
    node("inner", "box", 280, -40, { width: 400, height: 300 }),
    node("outer", "box", -40, -100, { width: 800, height: 500 }),
    node("empty", "box", 2000, 2000),
  ],
  edges: [["a", "b"], ["b", "c"]].map(([source, target]) => ({ source: source!, source_port: "table", target: target!, target_port: "table" })),
};
const none = new Map<string, number>();
const box = (graph: Graph, id: string): Box => boxOf(graph.nodes.find((one) => one.id === id)!, specs, none);
const apart = (a: Box, b: Box): boolean => a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

describe("notes and frames", () => {
  it("are told by their family, not by their key", () => {
    expect(["card", "memo", "box", "?"].map((key) => drawnAs(specs.get(key)))).toEqual([null, "note", "frame", null]);
  });
  it("have the size of their params, within what those allow", () => {
    const sizes: Params[] = [{}, { width: 300 }, { width: 1 }, { width: 1e9 }, { width: "wide" }, { width: null }];
    expect(sizes.map((params) => lengthOf(node("n", "memo", 0, 0, params), specs.get("memo"), "width"))).toEqual([200, 300, 120, 6000, 200, 200]);
  });
  it("show what their params hold only where it makes sense", () => {
    const colors: Params[] = [{}, { color: "pink" }, { color: "url(x)" }, { color: 3 }, { color: null }];
    expect(colors.map((params) => paintOf(node("n", "memo", 0, 0, params), specs.get("memo")))).toEqual(["blue", "pink", "blue", "blue", "blue"]);
    expect([textOf("x"), textOf(undefined), textOf({ a: 1 })]).toEqual(["x", "", ""]);
  });
  it("say aloud what they say", () => {
    expect(spoken(node("n", "memo", 0, 0, { text: "net prices" }), specs.get("memo"))).toBe("MEMO: net prices");
    expect(spoken(node("n", "box", 0, 0), specs.get("box"))).toBe("BOX without words");
  });
});

describe("a frame", () => {
  it("holds what has its middle inside, and no larger frame", () => {
    const names = (id: string) => members(framed, specs, id, none).map((one) => one.id);
    expect(names("inner")).toEqual(["b", "why"]);
    expect(names("outer")).toEqual(["a", "b", "why", "inner"]);
    expect(liesIn({ x: 0, y: 0, width: 100, height: 100 }, { x: 60, y: 0, width: 90, height: 10 })).toBe(false);
  });
  it("is drawn around what was chosen, with room for its title", () => {
    const around = frameAround([box(framed, "a"), box(framed, "b")]);
    expect(around).toEqual({ x: -30, y: -50, width: 570, height: 170 });
    expect(box(putInto(framed, "empty", around), "empty")).toEqual(around);
  });
  it("takes along what lay in it when the move began, and nothing that it passes over", () => {
    const carrier = new Carrier();
    const move = (x: number, dragging: boolean) =>
      carrier.carry([{ type: "position", id: "inner", dragging, position: { x, y: -30 } }], { graph: framed, specs }, none).slice(1);
    expect(move(880, true).map((one) => "id" in one && one.id)).toEqual(["b", "why"]);
    expect(move(290, false)).toEqual([
      { type: "position", id: "b", dragging: false, position: { x: 310, y: 10 } },
      { type: "position", id: "why", dragging: false, position: { x: 310, y: 130 } },
    ]);
  });
  it("moves each node once when frames lie in each other or nodes are selected with it", () => {
    const changes = ["outer", "inner", "b"].map((id) => ({ type: "position" as const, id, dragging: false, position: { x: 5, y: 5 } }));
    const moved = new Carrier().carry(changes, { graph: framed, specs }, none).map((one) => ("id" in one ? one.id : ""));
    expect(moved.sort()).toEqual(["a", "b", "inner", "outer", "why"]);
  });
  it("carries nothing while it is resized", () => {
    const changes = [{ type: "position" as const, id: "outer", position: { x: 5, y: 5 } }];
    expect(new Carrier().carry(changes, { graph: framed, specs }, none)).toEqual(changes);
  });
});

describe("arranging", () => {
  const arranged = arrange(framed, specs, none);
  it("keeps in a frame what was in it, and keeps out what was not", () => {
    for (const id of ["inner", "outer"]) {
      expect(members(arranged, specs, id, none).map((one) => one.id)).toEqual(members(framed, specs, id, none).map((one) => one.id));
      expect(apart(box(arranged, id), box(arranged, "c"))).toBe(true);
    }
  });
  it("leaves a note where it stands by its card, and an empty frame where it is", () => {
    const offset = (graph: Graph) => [box(graph, "why").x - box(graph, "b").x, box(graph, "why").y - box(graph, "b").y];
    expect(offset(arranged)).toEqual(offset(framed));
    expect(box(arranged, "empty")).toEqual(box(framed, "empty"));
  });
  it("does not put frames over each other, nor one note over another", () => {
    const many: Graph = {
      nodes: [0, 1, 2].flatMap((row) => [
        node(`a${row}`, "card", 0, 400 * row), node(`b${row}`, "card", 400, 400 * row), node(`n${row}`, "memo", 1500, 50 * row),
        node(`f${row}`, "box", -30, 400 * row - 50, { width: 800, height: 250 }),
      ]),
      edges: [0, 1, 2].map((row) => ({ source: `a${row}`, source_port: "table", target: `b${row}`, target_port: "table" })),
    };
    const done = arrange(many, specs, none);
    for (const kind of ["f", "n"]) {
      for (const [one, other] of [["0", "1"], ["0", "2"], ["1", "2"]]) expect(apart(box(done, kind + one), box(done, kind + other))).toBe(true);
    }
  });
  it("changes nothing where nothing is drawn", () => expect(arrange({ nodes: [], edges: [] }, specs, none).nodes).toEqual([]));
});
