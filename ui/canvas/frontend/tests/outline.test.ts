import { describe, expect, it } from "vitest";
import { changeSpoken, runSpoken } from "../src/model/changes";
import type { Specs } from "../src/model/rules";
import { parentsOf, regrouped } from "../src/outline/groups";
import { rowsOf, runningOrder } from "../src/outline/order";
import { fitsAt, pointAt, spotName, spotsAt } from "../src/outline/spots";
import { arrowed, rangeTo, stepFrom } from "../src/outline/walking";
import type { ComponentSpec, Graph, GraphNode, Params, Run } from "../src/protocol";

const table = { name: "table", kind: "table" as const };
const base = { about: "", words: [], icon: "", category: "x", serving: "", help: "", requires: [], params: { properties: {} } };
const spec = (key: string, over: Partial<ComponentSpec> = {}): ComponentSpec =>
  ({ ...base, key, title: key[0]!.toUpperCase() + key.slice(1), family: "transform", inputs: [table], outputs: [table], ...over });
const sizes = { properties: { width: { default: 200, minimum: 100, maximum: 6000 }, height: { default: 100, minimum: 60, maximum: 6000 } } };
const all = [
  spec("source", { inputs: [] }), spec("fill"), spec("join", { inputs: [{ ...table, name: "left" }, { ...table, name: "right" }] }),
  spec("model", { outputs: [{ name: "model", kind: "model" }] }), spec("report", { inputs: [{ name: "model", kind: "model" }], outputs: [] }),
  spec("memo", { family: "note", inputs: [], outputs: [], params: sizes }), spec("box", { family: "frame", inputs: [], outputs: [], params: sizes }),
];
const specs: Specs = new Map(all.map((one) => [one.key, one]));
const node = (id: string, component: string, x = 0, y = 0, params: Params = {}): GraphNode => ({ id, component, title: null, params, position: [x, y] });
const wire = (text: string) => {
  const [[source, source_port], [target, target_port]] = text.split(" > ").map((end) => end.split(".")) as [string[], string[]];
  return { source: source!, source_port: source_port ?? "table", target: target!, target_port: target_port ?? "table" };
};
const graph: Graph = {
  nodes: [node("two", "source", 0, 400), node("one", "source"), node("fill", "fill", 300), node("join", "join", 600), node("model", "model", 900), node("why", "memo", 0, 800)],
  edges: ["two > join.right", "one > fill", "fill > join.left", "join > model"].map(wire),
};
const ids = (rows: readonly { id: string }[]): string => rows.map((row) => row.id).join(" ");

describe("the running order", () => {
  it("has each node after what it needs, and one chain after the other", () => {
    expect(runningOrder(graph).join(" ")).toBe("two one fill join model why");
  });
  it("ends with what runs in a circle, and knows no wire to nowhere", () => {
    const circle = { ...graph, edges: [...graph.edges, wire("model > fill"), wire("gone > join.left"), wire("two > two")] };
    expect(runningOrder(circle).join(" ")).toBe("one why two fill join model");
  });
});

describe("the rows", () => {
  const framed: Graph = { ...graph, nodes: [...graph.nodes, node("box", "box", 280, -40, { width: 560, height: 300 }), node("empty", "box", 3000)] };
  it("count what runs, tell what feeds it, and have what never runs at the end", () => {
    const rows = rowsOf(graph, specs, new Set());
    expect(rows.map((row) => `${row.step ?? "-"} ${row.id} ${row.from.join("+")}`.trim())).toEqual([
      "1 two", "2 one", "3 fill one", "4 join two+fill", "5 model join", "- why",
    ]);
  });
  it("are under the group they lie in, which stands where its first node runs", () => {
    const rows = rowsOf(framed, specs, new Set());
    expect(rows.map((row) => `${row.level}${row.id}`)).toEqual(["1two", "1one", "1box", "2fill", "2join", "1model", "1why", "1empty"]);
    expect(ids(rowsOf(framed, specs, new Set(["box"])))).toBe("two one box model why empty");
    expect(rows.filter((row) => row.parent === "box").map((row) => [row.place, row.of])).toEqual([[1, 2], [2, 2]]);
  });
  it("are reached by the arrow keys, groups opened and closed by them", () => {
    const rows = rowsOf(framed, specs, new Set());
    const box = rows[2]!;
    expect(["ArrowDown", "ArrowUp", "Home", "End", "PageDown", "x"].map((key) => stepFrom(rows, "box", key))).toEqual(["fill", "one", "two", "empty", "empty", null]);
    expect([arrowed(rows, box, "ArrowLeft"), arrowed(rows, box, "ArrowRight"), arrowed(rows, rows[3]!, "ArrowLeft")]).toEqual([{ fold: true }, { id: "fill" }, { id: "box" }]);
    expect(arrowed(rowsOf(framed, specs, new Set(["box"])), { ...box, open: false }, "ArrowRight")).toEqual({ fold: false });
    expect(rangeTo(rows, ["join"], "join", "one")).toEqual(["join", "fill", "box", "one"]);
    expect(rangeTo(rows, [], "one", "fill")).toEqual(["one", "box", "fill"]);
  });
  it("can go into a group, which makes room, and out of it", () => {
    const taken = regrouped(framed, specs, "model", "box");
    expect(parentsOf(taken, specs).get("model")).toBe("box");
    expect([...parentsOf(taken, specs).keys()].sort()).toEqual(["fill", "join", "model"]);
    expect(parentsOf(regrouped(taken, specs, "fill", null), specs).get("fill")).toBeUndefined();
    expect(parentsOf(regrouped(framed, specs, "model", "empty"), specs).get("model")).toBe("empty");
    expect(regrouped(framed, specs, "one", null)).toBe(framed);
  });
});

describe("a new node", () => {
  const names = (id: string | null, side: "before" | "after") => spotsAt(graph, specs, id, side).map((spot) => spotName(spot, graph, specs));
  it("comes into the wire of a chain, or beside a node", () => {
    expect(names("fill", "after")).toEqual(["Between Fill and Join", "After Fill", "Between Source and Fill", "On its own, without a wire"]);
    expect(names("join", "before").slice(0, 2)).toEqual(["Between Source and Join", "Between Fill and Join"]);
    expect(names("model", "after")[0]).toBe("After Model");
    expect(names(null, "after")).toEqual(["On its own, without a wire"]);
  });
  it("is of a kind that fits there", () => {
    const fitting = (id: string, side: "before" | "after") => all.filter((one) => fitsAt(spotsAt(graph, specs, id, side)[0]!, one, graph, specs)).map((one) => one.key);
    expect(fitting("fill", "after")).toEqual(["fill", "join"]);
    expect(fitting("model", "after")).toEqual(["report"]);
  });
  it("has a place on the canvas where no card stands", () => {
    for (const spot of spotsAt(graph, specs, "model", "after").filter((one) => one.at !== "between")) {
      const [x, y] = pointAt(spot, graph);
      expect(graph.nodes.some((one) => Math.abs(one.position[0] - x) < 200 && Math.abs(one.position[1] - y) < 90)).toBe(false);
    }
  });
});

describe("what happened is said", () => {
  const without = (id: string): Graph => ({ nodes: graph.nodes.filter((one) => one.id !== id), edges: graph.edges.filter((edge) => edge.source !== id && edge.target !== id) });
  const changed = (change: Partial<GraphNode>): Graph => ({ ...graph, nodes: graph.nodes.map((one) => (one.id === "fill" ? { ...one, ...change } : one)) });
  it.each([
    [without("model"), graph, "Model added after Join."],
    [without("fill"), graph, "Fill added between Source and Join."],
    [graph, without("join"), "Join removed."],
    [{ nodes: [], edges: [] }, graph, "6 nodes added."],
    [graph, { ...graph, edges: graph.edges.slice(1) }, "Wire from Source to Join removed."],
    [{ ...graph, edges: [] }, graph, "4 wires drawn."],
    [graph, changed({ title: "Gaps" }), "Renamed to Gaps."],
    [graph, changed({ params: { a: 1 } }), "Settings of Fill changed."],
    [graph, changed({ disabled: true }), "Fill switched off."],
    [graph, changed({ position: [9, 9] }), null],
  ])("%#", (before, after, said) => expect(changeSpoken(before, after, specs)).toBe(said));
  it("but not what is being typed", () => expect(changeSpoken(graph, changed({ title: "Gap" }), specs, true)).toBeNull());
  it("of a run, with where it failed", () => {
    const run = (status: Run["status"]): Run => ({ id: "r", status, number: 3, progress: null, remaining_seconds: null, seconds: 2, message: "It stopped." });
    const failed = { fill: { status: "failed" as const, rows_in: null, rows_out: null, seconds: null, message: "No column age." } };
    expect(runSpoken(run("running"), run("succeeded"), {}, graph, specs)).toBe("Run 3 succeeded in 2.0 s.");
    expect(runSpoken(run("running"), run("failed"), failed, graph, specs)).toBe("Run 3 failed at Fill. No column age.");
    expect(runSpoken(run("running"), run("crashed"), {}, graph, specs)).toBe("Run 3 crashed. It stopped.");
    expect(runSpoken(run("running"), run("running"), {}, graph, specs)).toBeNull();
  });
});
