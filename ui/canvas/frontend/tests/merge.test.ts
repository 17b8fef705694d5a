/** Two people at one drawing: what both did is there afterwards, and what cannot be both is told. */
import { describe, expect, it } from "vitest";
import { record, emptyHistory, undo } from "../src/model/history";
import { conflictsIn, joined, rebased, toldConflict } from "../src/model/joining";
import { addEdge, addNode, changeNode, edgeId, moveNodes, removeParts } from "../src/model/graph";
import { merge, same, takeOther } from "../src/model/merge";
import { parameterFor, removeParameter, renameParameter, setParameter } from "../src/model/parameters";
import type { Graph, GraphNode, Params } from "../src/protocol";

const node = (id: string, params: Params = {}, component = id): GraphNode => ({ id, component, title: null, params, position: [0, 0] });
const wire = (source: string, target: string, port = "table") => ({ source, source_port: "table", target, target_port: port });
const base: Graph = {
  nodes: [node("data"), node("fill", { how: "mean", columns: ["a"] }), node("model", { depth: 3 })],
  edges: [wire("data", "fill"), wire("fill", "model")],
  params: { rate: parameterFor("number", 0.2) },
};
const set = (graph: Graph, id: string, params: Params): Graph => changeNode(graph, id, { params: { ...graph.nodes.find((one) => one.id === id)!.params, ...params } });
const nodeIn = (graph: Graph, id: string): GraphNode | undefined => graph.nodes.find((one) => one.id === id);
const wiresIn = (graph: Graph): string[] => graph.edges.map(edgeId).sort();

describe("both changes are kept where", () => {
  it("two params of one node were set", () => {
    const { graph, conflicts } = merge(base, set(base, "fill", { how: "median" }), set(base, "fill", { columns: ["a", "b"] }));
    expect(nodeIn(graph, "fill")!.params).toEqual({ how: "median", columns: ["a", "b"] });
    expect(conflicts).toEqual([]);
  });

  it("one drew and wired what the other never saw, while the other named and moved", () => {
    const [grown, id] = addNode(base, "evaluate", [500, 0]);
    const mine = addEdge(grown, wire("model", id));
    const theirs = moveNodes(changeNode(base, "fill", { title: "Gaps" }), new Map([["model", [90, 90] as [number, number]]]));
    const { graph, conflicts } = merge(base, mine, theirs);
    expect(nodeIn(graph, "fill")!.title).toBe("Gaps");
    expect(nodeIn(graph, "model")!.position).toEqual([90, 90]);
    expect(wiresIn(graph)).toEqual(wiresIn(mine));
    expect(conflicts).toEqual([]);
  });

  it("both added a node that happens to get the same name", () => {
    const [mine] = addNode(base, "scale", [10, 10], { of: "mine" });
    const [drawn, id] = addNode(base, "scale", [300, 10], { of: "theirs" });
    const { graph } = merge(base, addEdge(mine, wire("fill", "scale")), addEdge(drawn, wire("data", id)));
    expect(nodeIn(graph, "scale")!.params).toEqual({ of: "theirs" });
    expect(nodeIn(graph, "scale_2")!.params).toEqual({ of: "mine" });
    expect(wiresIn(graph)).toEqual([...wiresIn(base), "data.table->scale.table", "fill.table->scale_2.table"].sort());
  });

  it("my own node came back from the server with the other one's change in it", () => {
    const [mine] = addNode(base, "scale", [10, 10]);
    const { graph, conflicts } = merge(base, mine, set(mine, "scale", { by: "std" }));
    expect(graph.nodes.filter((one) => one.component === "scale")).toHaveLength(1);
    expect(nodeIn(graph, "scale")!.params).toEqual({ by: "std" });
    expect(conflicts).toEqual([]);
  });

  it("one renamed a parameter and the other used another one", () => {
    const used = set(base, "model", { rate: "${rate}" });
    const theirs = set(setParameter(used, "least", parameterFor("integer", 18)), "fill", { least: "${least}" });
    const { graph, conflicts } = merge(used, renameParameter(used, "rate", "speed"), theirs);
    expect(Object.keys(graph.params!).sort()).toEqual(["least", "speed"]);
    expect(nodeIn(graph, "model")!.params["rate"]).toBe("${speed}");
    expect(conflicts).toEqual([]);
  });

  it("a part of the drawing is of a kind that merging does not know", () => {
    const later = (graph: Graph, more: object): Graph => ({ ...graph, ...more });
    const { graph } = merge(base, later(base, { groups: [1] }), changeNode(base, "fill", { disabled: true } as object));
    expect(graph).toMatchObject({ groups: [1] });
    expect(nodeIn(graph, "fill")).toMatchObject({ disabled: true });
  });
});

describe("a true conflict is told, and one click takes the other:", () => {
  it("the same param set to two values", () => {
    const { graph, conflicts } = merge(base, set(base, "fill", { how: "median" }), set(base, "fill", { how: "mode" }));
    expect(conflicts).toEqual([{ kind: "value", node: "fill", field: "how", within: "params", mine: "median", theirs: "mode" }]);
    expect(nodeIn(graph, "fill")!.params["how"]).toBe("median");
    expect(nodeIn(takeOther(graph, conflicts[0]!), "fill")!.params["how"]).toBe("mode");
    const told = toldConflict({ conflict: conflicts[0]!, who: "Anna", serial: 1 }, graph, new Map());
    expect(told).toEqual({ title: "fill: How", kept: "Yours is kept: median.", other: "Anna’s: mode.", take: "Take Anna’s" });
  });

  it.each([
    ["me", removeParts(base, new Set(["fill"]), new Set()), set(base, "fill", { how: "mode" })],
    ["them", set(base, "fill", { how: "mode" }), removeParts(base, new Set(["fill"]), new Set())],
  ] as const)("removed by %s and changed by the other: it stays with its wires", (by, mine, theirs) => {
    const { graph, conflicts } = merge(base, mine, theirs);
    expect(conflicts).toEqual([{ kind: "removed", node: "fill", by }]);
    expect(nodeIn(graph, "fill")!.params["how"]).toBe("mode");
    expect(wiresIn(graph)).toEqual(wiresIn(base));
    const gone = takeOther(graph, conflicts[0]!);
    expect(nodeIn(gone, "fill")).toBeUndefined();
    expect(gone.edges).toEqual([]);
    expect(conflictsIn([{ conflict: conflicts[0]!, who: "Anna", serial: 1 }], gone)).toEqual([]);
  });

  it("a node that was only moved is removed without a word", () => {
    const moved = moveNodes(base, new Map([["fill", [70, 0] as [number, number]]]));
    const { graph, conflicts } = merge(base, moved, removeParts(base, new Set(["fill"]), new Set()));
    expect(nodeIn(graph, "fill")).toBeUndefined();
    expect(conflicts).toEqual([]);
  });

  it("two wires into one input, unless it takes many", () => {
    const loose = removeParts(base, new Set(), new Set([edgeId(base.edges[1]!)]));
    const [mine, theirs] = [addEdge(loose, wire("fill", "model")), addEdge(loose, wire("data", "model"))];
    const { graph, conflicts } = merge(loose, mine, theirs);
    expect(wiresIn(graph)).toEqual(wiresIn(mine));
    expect(conflicts).toMatchObject([{ kind: "wire" }]);
    expect(wiresIn(takeOther(graph, conflicts[0]!))).toEqual(wiresIn(theirs));
    expect(merge(loose, mine, theirs, () => true)).toMatchObject({ conflicts: [], graph: { edges: { length: 3 } } });
  });

  it("a parameter removed by one and changed by the other", () => {
    const mine = removeParameter(base, "rate")!;
    const { graph, conflicts } = merge(base, mine, setParameter(base, "rate", parameterFor("number", 0.5)));
    expect(graph.params!["rate"]!.default).toBe(0.5);
    expect(conflicts).toMatchObject([{ kind: "parameter", name: "rate", mine: undefined }]);
    expect(takeOther(graph, conflicts[0]!).params).toEqual({});
  });
});

describe("whatever two people do", () => {
  /** A small generator with a seed, so that a failure can be seen again. */
  const dice = (seed: number) => (sides: number): number => {
    seed = (Math.imul(seed ^ (seed >>> 15), 2246822519) + 3266489917) | 0;
    return Math.abs(seed) % sides;
  };
  const edited = (graph: Graph, roll: (sides: number) => number, mark: string, only: readonly string[] | null, times: number): Graph => {
    let now = graph;
    for (let step = 0; step < times; step++) {
      const some = now.nodes.filter((one) => !only || only.includes(one.id) || one.id.startsWith(mark));
      const one = some[roll(Math.max(1, some.length))];
      const other = some[roll(Math.max(1, some.length))];
      const what = roll(7);
      if (what === 0) now = addNode(now, mark, [roll(50) * 10, roll(50) * 10])[0];
      else if (what === 1 && one) now = removeParts(now, new Set([one.id]), new Set());
      else if (what === 2 && one && other && one !== other) now = now.edges.some((edge) => edgeId(edge) === edgeId(wire(one.id, other.id))) ? now : addEdge(now, wire(one.id, other.id));
      else if (what === 3 && one) now = set(now, one.id, { [`p${roll(3)}`]: roll(4) });
      else if (what === 4 && one) now = moveNodes(now, new Map([[one.id, [roll(90) * 10, 0] as [number, number]]]));
      else if (what === 5 && one) now = changeNode(now, one.id, { title: `${mark} ${roll(3)}` });
      else if (what === 6) now = setParameter(now, only ? `${mark}_${roll(3)}` : `p${roll(3)}`, parameterFor("number", roll(9)));
    }
    return now;
  };
  const start = (roll: (sides: number) => number): Graph => edited({ nodes: Array.from({ length: 8 }, (_, place) => node(`n${place}`)), edges: [], params: {} }, roll, "start", null, 30);
  const sorted = (graph: Graph) => ({
    nodes: [...graph.nodes].sort((a, b) => a.id.localeCompare(b.id)), edges: wiresIn(graph), params: graph.params,
  });
  const seeds = Array.from({ length: 300 }, (_, place) => place * 7919 + 1);

  it("no wire hangs in the air, no id comes twice, and taking the other settles it", () => {
    let met = 0;
    for (const seed of seeds) {
      const roll = dice(seed);
      const from = start(roll);
      const [mine, theirs] = [edited(from, roll, "mine", null, 12), edited(from, roll, "theirs", null, 12)];
      const { graph, conflicts } = merge(from, mine, theirs);
      met += conflicts.length;
      for (const one of [graph, ...conflicts.map((conflict) => takeOther(graph, conflict))]) {
        const ids = new Set(one.nodes.map((some) => some.id));
        expect(ids.size, `seed ${seed}`).toBe(one.nodes.length);
        expect(one.edges.every((edge) => ids.has(edge.source) && ids.has(edge.target)), `seed ${seed}`).toBe(true);
        expect(new Set(one.edges.map(edgeId)).size, `seed ${seed}`).toBe(one.edges.length);
      }
    }
    expect(met).toBeGreaterThan(300);
  });

  it("one side alone, the same on both sides, and again what is merged: nothing else comes out", () => {
    for (const seed of seeds) {
      const roll = dice(seed);
      const from = start(roll);
      const [mine, theirs] = [edited(from, roll, "mine", null, 12), edited(from, roll, "theirs", null, 12)];
      for (const [a, b] of [[mine, from], [from, mine], [mine, mine]] as const) {
        const alone = merge(from, a, b);
        expect(sorted(alone.graph), `seed ${seed}`).toEqual(sorted(mine));
        expect(alone.conflicts, `seed ${seed}`).toEqual([]);
      }
      const { graph } = merge(from, mine, theirs);
      expect(same(merge(theirs, graph, theirs).graph, graph), `seed ${seed}`).toBe(true);
    }
  });

  it("changes of different nodes are all there, without a conflict", () => {
    for (const seed of seeds) {
      const roll = dice(seed);
      const from = start(roll);
      const ids = from.nodes.map((one) => one.id);
      const half = Math.ceil(ids.length / 2);
      const [mine, theirs] = [edited(from, roll, "mine", ids.slice(0, half), 12), edited(from, roll, "theirs", ids.slice(half), 12)];
      const { graph, conflicts } = merge(from, mine, theirs);
      expect(conflicts, `seed ${seed}`).toEqual([]);
      for (const [side, own] of [[mine, ids.slice(0, half)], [theirs, ids.slice(half)]] as const) {
        const touched = (one: GraphNode): boolean => own.includes(one.id) || !ids.includes(one.id);
        for (const one of side.nodes.filter(touched)) expect(nodeIn(graph, one.id), `seed ${seed}`).toEqual(one);
        for (const id of own) expect(Boolean(nodeIn(graph, id)), `seed ${seed}`).toBe(Boolean(nodeIn(side, id)));
        for (const [name, one] of Object.entries(side.params ?? {})) expect(graph.params![name], `seed ${seed}`).toEqual(one);
      }
    }
  });
});

describe("undo after somebody else's change", () => {
  it("takes back mine and leaves theirs", () => {
    const specs = new Map();
    const mine = set(base, "fill", { how: "median" });
    const history = record(emptyHistory<Graph>(), base, null, 0);
    const theirs = set(base, "model", { depth: 9 });
    const now = joined(base, mine, theirs, specs).graph;
    const [, before] = undo(rebased(history, base, theirs, specs), now)!;
    expect(nodeIn(before, "fill")!.params["how"]).toBe("mean");
    expect(nodeIn(before, "model")!.params["depth"]).toBe(9);
    expect(joined(base, base, theirs, specs).graph).toBe(theirs);
  });
});
