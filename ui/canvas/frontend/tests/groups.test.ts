import { describe, expect, it } from "vitest";
import type { ComponentSpec, Graph, GraphNode, Params } from "../src/protocol";
import { firstFit, portOfHandle, gateId, type Specs } from "../src/model/rules";
import { addNode, fragment, moveNodes, nodeOf, paste, removeParts } from "../src/model/graph";
import { arrange } from "../src/board/nodes/arranging";
import { collapse, expand, expandTo } from "../src/board/groups/collapsing";
import { boxOf, isCollapsed, members, type Box } from "../src/board/nodes/drawn";
import { forgetting, groupsOf, inside, meant, relisted, ungrouped } from "../src/board/groups/grouping";
import { firstFitFrom, landing } from "../src/board/groups/landing";
import { shownOf, visible, withHidden, withTheirs } from "../src/board/groups/shown";
import { wholeOf } from "../src/board/groups/whole";

const size = { width: { default: 560, minimum: 120, maximum: 6000 }, height: { default: 320, minimum: 60, maximum: 6000 } };
const port = (name: string, optional = false) => ({ name, kind: "table" as const, optional });
const spec = (key: string, family: string, inputs: ComponentSpec["inputs"] = [], outputs: ComponentSpec["outputs"] = []): ComponentSpec => ({
  key, title: key.toUpperCase(), about: "", words: [], icon: "", category: "x", family, serving: "", inputs, outputs, help: "", requires: [],
  params: { properties: { ...size } },
});
const specs: Specs = new Map([
  spec("card", "transform", [port("table")], [port("table")]),
  spec("join", "transform", [port("left"), port("right"), port("more", true)], [port("table"), port("rest")]),
  spec("memo", "note"), spec("box", "frame"),
].map((one) => [one.key, one]));
const none = new Map<string, number>();
const node = (id: string, component: string, x: number, y: number, params: Params = {}): GraphNode =>
  ({ id, component, title: null, params, position: [x, y] });
const wire = (text: string) => {
  const [[source = "", source_port = "table"], [target = "", target_port = "table"]] = text.split(" ").map((end) => end.split(".")) as [string[], string[]];
  return { source, source_port, target, target_port };
};
const graphOf = (nodes: GraphNode[], ...wires: string[]): Graph => ({ nodes, edges: wires.map(wire) });
const names = (nodes: readonly GraphNode[]): string[] => nodes.map((one) => one.id).sort();
const listedIn = (graph: Graph, id: string): string[] => names(members(shownOf(graph, specs), specs, id, none));
const box = (graph: Graph, id: string): Box => boxOf(nodeOf(graph, id)!, specs, none);
const at = (graph: Graph, id: string, x: number, y: number): Graph =>
  moveNodes(graph, withTheirs(graph, specs, new Map([[id, [x, y] as [number, number]]])));

/** a → [b → c] → d, with a note in the group. */
const plain = graphOf(
  [
    node("a", "card", -300, 80), node("g", "box", 0, 0, { width: 600, height: 300, title: "Cleaning" }),
    node("b", "card", 40, 80), node("c", "card", 320, 80), node("why", "memo", 40, 200, { width: 120, height: 60 }), node("d", "card", 700, 80),
  ],
  "a b", "b c", "c d",
);

/** A generator of drawings, the same every time. */
function anything(seed: number): Graph {
  let state = seed * 2654435761 + 1;
  const next = (below: number): number => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 3266489917) >>> 0;
    return state % below;
  };
  const nodes = Array.from({ length: 4 + next(14) }, (_, place) => {
    const kind = ["card", "card", "join", "memo", "box"][next(5)]!;
    const sides: Params = kind === "box" ? { width: 200 + 10 * next(90), height: 150 + 10 * next(60) } : kind === "memo" ? { width: 150, height: 80 } : {};
    return node(`n${place}`, kind, 10 * next(150), 10 * next(90), sides);
  });
  const drawn = nodes.filter((one) => one.component === "card" || one.component === "join");
  const edges = Array.from({ length: drawn.length === 0 ? 0 : next(20) }, () => ({
    source: drawn[next(drawn.length)]!.id, source_port: "table", target: drawn[next(drawn.length)]!.id, target_port: ["table", "left", "right"][next(3)]!,
  }));
  return { nodes, edges };
}
const SEEDS = Array.from({ length: 300 }, (_, seed) => seed);
const frames = (graph: Graph): string[] => shownOf(graph, specs).nodes.filter((one) => one.component === "box" && !isCollapsed(one, specs)).map((one) => one.id);
/** The frames that something lies in. */
const around = (graph: Graph, id: string): string[] => frames(graph).filter((frame) => frame !== id && listedIn(graph, frame).includes(id));
/** Every second frame collapsed, one after the other: groups in groups come about. */
const folded = (graph: Graph): Graph => graph.nodes.filter((one, place) => one.component === "box" && place % 2 === 0)
  .reduce((one, { id }) => (shownOf(one, specs).within.has(id) ? one : collapse(one, specs, id, none)), graph);

describe("whatever is drawn", () => {
  it("expanding what was collapsed draws it again", () => {
    let tried = 0;
    for (const seed of SEEDS) {
      const graph = folded(anything(seed));
      for (const id of frames(graph)) {
        const collapsed = collapse(graph, specs, id, none);
        // Of frames that overlap halfway, the card may lie in another one than the frame did: then that one takes it in.
        if (String(around(collapsed, id)) !== String(around(graph, id))) continue;
        expect(expand(collapsed, specs, id, none)).toEqual(graph);
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(200);
  });
  it("every node is shown or stood for by a group that is shown, and every wire is inside one group or shown", () => {
    for (const seed of SEEDS) {
      const graph = folded(anything(seed));
      const { nodes, wires, gates, within } = shownOf(graph, specs);
      const shown = new Set(nodes.map((one) => one.id));
      for (const { id } of graph.nodes) expect(shown.has(id)).toBe(!within.has(id));
      for (const group of within.values()) expect(shown.has(group) && gates.has(group)).toBe(true);
      for (const edge of graph.edges) {
        const [from, to] = [within.get(edge.source), within.get(edge.target)];
        const isInside = from !== undefined && from === to;
        const drawn = wires.filter((one) => one.edge === edge);
        expect(drawn.length).toBe(isInside ? 0 : 1);
        for (const { source, target } of drawn) {
          expect([source, target]).toEqual([from ?? edge.source, to ?? edge.target]);
          if (from) expect(gates.get(from)!.some((gate) => gate.side === "out" && gate.node === edge.source && gate.port === edge.source_port)).toBe(true);
          if (to) expect(gates.get(to)!.some((gate) => gate.side === "in" && gate.node === edge.target && gate.port === edge.target_port)).toBe(true);
        }
      }
    }
  });
  it("a group that was moved among others opens with its own nodes, and every other frame keeps its own", () => {
    for (const seed of SEEDS) {
      const graph = anything(seed);
      const [id] = frames(graph);
      if (!id) continue;
      const collapsed = at(collapse(graph, specs, id, none), id, (seed * 70) % 1200, (seed * 130) % 700);
      const own = nodeOf(collapsed, id)!.params["members"] as string[];
      const opened = expand(collapsed, specs, id, none);
      expect(listedIn(opened, id)).toEqual([...own].sort());
      expect(opened.edges).toBe(graph.edges);
    }
  });
  it("arranging lays out what is shown, and leaves in a group what is in it", () => {
    for (const seed of SEEDS.slice(0, 30)) {
      const graph = folded(anything(seed));
      const arranged = arrange(graph, specs, none);
      const { within } = shownOf(graph, specs);
      expect(shownOf(arranged, specs).within).toEqual(within);
      for (const [id, group] of within) {
        const offset = (one: Graph) => [box(one, id).x - box(one, group).x, box(one, id).y - box(one, group).y];
        expect(offset(arranged)).toEqual(offset(graph));
      }
    }
  });
});

describe("a collapsed group", () => {
  const collapsed = collapse(plain, specs, "g", none);
  const { nodes, wires, gates } = shownOf(collapsed, specs);

  it("is one card with a gate for each wire that crosses its border", () => {
    expect(names(nodes)).toEqual(["a", "d", "g"]);
    expect(wires.map(({ source, target }) => `${source} ${target}`)).toEqual(["a g", "g d"]);
    expect(gates.get("g")!.map((gate) => `${gate.side} ${gate.node}.${gate.port}`)).toEqual(["in b.table", "out c.table"]);
    expect(portOfHandle("g", gateId("in", "b", "table"))).toEqual({ node: "b", side: "in", port: "table" });
    expect(portOfHandle("g", "out:table")).toEqual({ node: "g", side: "out", port: "table" });
  });
  it("has gates where a wire is still missing, too", () => {
    const open = collapse(graphOf([node("g", "box", 0, 0), node("j", "join", 50, 80), node("c", "card", 300, 80)], "j c"), specs, "g", none);
    expect(shownOf(open, specs).gates.get("g")!.map((gate) => `${gate.side} ${gate.node}.${gate.port} ${gate.open}`))
      .toEqual(["in j.left true", "in j.right true", "out c.table true"]);
  });
  it("keeps its nodes, whatever is dropped where they were, and takes them along", () => {
    const strange = { ...collapsed, nodes: [...collapsed.nodes, node("x", "card", 300, 120)] };
    expect(names(inside(strange, specs, "g", none))).toEqual(["b", "c", "why"]);
    const opened = expand(at(strange, "g", 1000, 500), specs, "g", none);
    expect(listedIn(opened, "g")).toEqual(["b", "c", "why"]);
    expect(box(opened, "b")).toMatchObject({ x: 1040, y: 580 });
    const unmoved = expand(strange, specs, "g", none);
    expect(listedIn(unmoved, "g")).toEqual(["b", "c", "why"]);
    expect(box(unmoved, "x").x).toBeGreaterThanOrEqual(600);
  });
  it("pushes the rest of its row to the right when it opens, and keeps the row in order", () => {
    const row = at(at(collapsed, "d", 330, 0), "a", -300, 0);
    const opened = expand({ ...row, nodes: [...row.nodes, node("e", "card", 610, 0)] }, specs, "g", none);
    expect([box(opened, "d").x, box(opened, "e").x]).toEqual([640, 920]);
    expect(box(opened, "a").x).toBe(-300);
  });
  it("grows the frame around it where that has become too small", () => {
    const outer = graphOf([...plain.nodes, node("o", "box", -20, -60, { width: 700, height: 400 })]);
    const small = { ...collapse(outer, specs, "g", none) };
    const shrunk = { ...small, nodes: small.nodes.map((one) => (one.id === "o" ? { ...one, params: { width: 320, height: 200 } } : one)) };
    expect(listedIn(shrunk, "o")).toEqual(["g"]);
    const opened = expand(shrunk, specs, "g", none);
    expect(listedIn(opened, "o")).toEqual(["b", "c", "g", "why"]);
    expect(listedIn(opened, "g")).toEqual(["b", "c", "why"]);
  });
  it("opens for a node that is looked for, from the outside in", () => {
    const nested = collapse(collapse({ ...plain, nodes: [...plain.nodes, node("o", "box", -20, -60, { width: 700, height: 400 })] }, specs, "g", none), specs, "o", none);
    expect(shownOf(nested, specs).within.get("b")).toBe("o");
    expect(shownOf(expandTo(nested, specs, ["b"], none), specs).within.size).toBe(0);
    expect(visible(nested, specs, ["b", "c", "a", "gone"])).toEqual(["o", "a"]);
  });
  it("goes, is copied and is ungrouped with what is in it", () => {
    expect([...withHidden(collapsed, specs, ["g", "a"])].sort()).toEqual(["a", "b", "c", "g", "why"]);
    const piece = fragment(collapsed, withHidden(collapsed, specs, ["g"]));
    const [pasted, ids] = paste(collapsed, piece, [40, 40]);
    const copied = relisted(pasted, specs, new Map(piece.nodes.map((one, place) => [one.id, ids[place]!])));
    expect(shownOf(copied, specs).within.get("b_2")).toBe("g_2");
    expect(shownOf(copied, specs).within.get("b")).toBe("g");
    const [free, freed] = ungrouped(collapsed, specs, ["g"], none);
    expect([names(free.nodes), freed.sort()]).toEqual([["a", "b", "c", "d", "why"], ["b", "c", "why"]]);
    expect(shownOf(free, specs).within.size).toBe(0);
  });
  it("takes in nothing that is new and called like one of its nodes was", () => {
    const gone = forgetting(removeParts(collapsed, new Set(["b"]), new Set()), specs, new Set(["b"]));
    expect(nodeOf(gone, "g")!.params["members"]).toEqual(["c", "why"]);
    const stale = removeParts(collapsed, new Set(["b"]), new Set());
    expect(addNode(stale, "b", [0, 0])[1]).toBe("b_2");
  });
  it("takes a wire that is let go over it, and gives one to what is put beside it", () => {
    const open = collapse(graphOf([node("s", "card", -300, 0), node("g", "box", 0, 0), node("j", "join", 50, 80), node("t", "card", 900, 0)]), specs, "g", none);
    expect(landing(open, specs, "g", { node: "s", side: "out", port: "table" })).toEqual({ node: "j", side: "in", port: "left" });
    expect(firstFitFrom(open, specs, "g", "t")).toEqual(wire("j.table t.table"));
    expect(firstFitFrom(open, specs, "s", "t")).toEqual(firstFit(open, specs, "s", "t"));
  });
  it("means its nodes that run, and is found from a node in it", () => {
    expect(names(meant(collapsed, specs, ["g"], none))).toEqual(["b", "c"]);
    expect(names(meant(plain, specs, ["g", "a"], none))).toEqual(["a", "b", "c"]);
    expect(groupsOf(plain, specs, ["b"], none)).toEqual(["g"]);
    expect(groupsOf(plain, specs, ["a"], none)).toEqual([]);
  });
  it("is drawn even where what it lists makes no sense", () => {
    const odd = graphOf([
      node("g", "box", 0, 0, { collapsed: true, members: ["h", "g", "gone", 3, null, "a"] }), node("h", "box", 0, 0, { collapsed: true, members: ["g", "a"] }),
      node("k", "box", 0, 0, { collapsed: true, members: "all" }), node("a", "card", 0, 0), node("m", "card", 0, 0, { collapsed: true, members: ["a"] }),
    ], "a m", "m m");
    const shown = shownOf(odd, specs);
    expect(names(shown.nodes)).toEqual(["g", "k", "m"]);
    expect(shown.within.get("a")).toBe("g");
    expect(shown.wires.length).toBe(2);
  });
});

describe("a group as a whole", () => {
  const { gates } = shownOf(collapse(plain, specs, "g", none), specs);
  const inner = [{ id: "b", title: "B" }, { id: "c", title: "C" }];
  const of = (status: "done" | "failed" | "cached" | "running", rows: number, seconds: number | null, message: string | null = null) =>
    ({ status, rows_in: rows, rows_out: rows - 1, seconds, message });

  it("has the worst state, the time of all, and the rows that go in and out", () => {
    expect(wholeOf(inner, { b: of("done", 10, 1), c: of("cached", 9, null) }, gates.get("g")!))
      .toEqual({ status: "done", rows_in: 10, rows_out: 8, seconds: 1, message: null });
    expect(wholeOf(inner, { b: of("running", 10, 1), c: of("failed", 9, 2, "No column x.") }, gates.get("g")!))
      .toMatchObject({ status: "failed", seconds: 3, message: "C: No column x." });
    expect(wholeOf(inner, {}, gates.get("g")!)).toBeUndefined();
  });
});
