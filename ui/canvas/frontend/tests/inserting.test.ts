import { describe, expect, it } from "vitest";
import { boxOf, members, type Box } from "../src/board/nodes/drawn";
import { keeping } from "../src/board/view";
import { addNode, nodeOf } from "../src/model/graph";
import { makeRoom } from "../src/model/inserting";
import { insertBetween, type Specs } from "../src/model/rules";
import type { ComponentSpec, Graph, GraphNode, Params } from "../src/protocol";

const table = { name: "table", kind: "table" as const };
const size = { width: { default: 560, minimum: 120, maximum: 6000 }, height: { default: 320, minimum: 60, maximum: 6000 } };
const spec = (key: string, family: string, ports: ComponentSpec["inputs"]): ComponentSpec =>
  ({ key, title: key, about: "", words: [], icon: "", category: "x", family, serving: "", inputs: ports, outputs: ports, help: "", requires: [], params: { properties: size } });
const specs: Specs = new Map([spec("card", "transform", [table]), spec("box", "frame", [])].map((one) => [one.key, one]));
const HEIGHTS = new Map([["tall", 260]]);
const node = (id: string, x: number, y: number, component = "card", params: Params = {}): GraphNode => ({ id, component, title: null, params, position: [x, y] });
const wire = (source: string, target: string) => ({ source, source_port: "table", target, target_port: "table" });
const graphOf = (nodes: GraphNode[], ...wires: [string, string][]): Graph => ({ nodes, edges: wires.map(([a, b]) => wire(a, b)) });

function inserted(graph: Graph, from: string, to: string, x: number, y: number): Graph {
  const [grown, id] = addNode(graph, "card", [x, y]);
  const edge = grown.edges.find((one) => one.source === from && one.target === to)!;
  return makeRoom(insertBetween(grown, specs, edge, id)!, specs, id, HEIGHTS);
}
const at = (graph: Graph, id: string) => nodeOf(graph, id)!.position;
const covered = (graph: Graph): string[] => {
  const boxes = graph.nodes.filter((one) => one.component === "card").map((one) => [one.id, boxOf(one, specs, HEIGHTS)] as const);
  const meet = (a: Box, b: Box) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
  return boxes.flatMap(([a, one], place) => boxes.slice(place + 1).filter(([, other]) => meet(one, other)).map(([b]) => `${a} ${b}`));
};

describe("a card put onto a wire", () => {
  it("pushes on what comes after it, and nothing else", () => {
    const drawn = graphOf([node("a", 0, 0), node("b", 280, 0), node("c", 560, 0), node("apart", 560, 400)], ["a", "b"], ["b", "c"]);
    const after = inserted(drawn, "a", "b", 140, 0);
    expect([at(after, "a"), at(after, "card"), at(after, "b"), at(after, "c"), at(after, "apart")])
      .toEqual([[0, 0], [270, 0], [540, 0], [820, 0], [560, 400]]);
  });
  it("leaves everything where it is when the wire leads back to the next row", () => {
    const drawn = graphOf([node("a", 0, 0), node("b", 280, 0), node("c", 0, 200), node("d", 280, 200)], ["a", "b"], ["b", "c"], ["c", "d"]);
    const after = inserted(drawn, "b", "c", 140, 100);
    for (const id of ["a", "b", "c", "d"]) expect(at(after, id)).toEqual(at(drawn, id));
    expect(covered(after)).toEqual([]);
  });
  it("takes along what would be covered, and covers nothing itself", () => {
    const drawn = graphOf(
      [node("a", 0, 0), node("b", 560, 0), node("level", 800, 40), node("tall", 280, -200)], ["a", "b"],
    );
    const after = inserted(drawn, "a", "b", 400, 0);
    expect(covered(after)).toEqual([]);
    expect(at(after, "tall")).toEqual([280, -200]);
  });
  it("stays in the group of the two that it joins, and the group grows", () => {
    const drawn = graphOf(
      [node("g", -40, -60, "box", { width: 560, height: 200 }), node("a", 0, 0), node("b", 280, 0), node("out", 560, 0)], ["a", "b"], ["b", "out"],
    );
    const after = inserted(drawn, "a", "b", 140, 0);
    expect(members(after, specs, "g", HEIGHTS).map((one) => one.id).sort()).toEqual(["a", "b", "card"]);
    expect(covered(after)).toEqual([]);
  });
});

describe("what somebody looks at", () => {
  const room = { width: 800, height: 600 };
  const box = (x: number): Box => ({ x, y: 200, width: 210, height: 92 });
  const seen = ({ x, zoom }: { x: number; zoom: number }, one: Box) => one.x * zoom + x >= 0 && (one.x + one.width) * zoom + x <= room.width;

  it("does not move where the new card is in view already", () => {
    const viewport = { x: 10, y: 20, zoom: 1 };
    expect(keeping(viewport, room, [[box(320)], [box(20)], [box(20)]])).toEqual(viewport);
  });
  it("gets smaller where all of it can still be read", () => {
    const after = keeping({ x: 0, y: 0, zoom: 1 }, room, [[box(680)], [box(360)], [box(40)]]);
    expect(after.zoom).toBeLessThan(1);
    expect([box(40), box(360), box(680)].map((one) => seen(after, one))).toEqual([true, true, true]);
  });
  it("keeps the new card and what it is wired to where there is no room for more", () => {
    const after = keeping({ x: 0, y: 0, zoom: 0.8 }, room, [[box(1320)], [box(1000)], [box(40)]]);
    expect(after.zoom).toBe(0.8);
    expect([box(1000), box(1320)].map((one) => seen(after, one))).toEqual([true, true]);
  });
  it("is not made larger", () => expect(keeping({ x: 0, y: 0, zoom: 0.3 }, room, [[box(2900)]]).zoom).toBe(0.3));
});
