import type { Edge, Node } from "@xyflow/react";
import { expect, test } from "vitest";
import { changeWithin, markEdges, markNodes, tally } from "../src/board/diffed";
import type { GraphDiff } from "../src/protocol";

const node = (id: string): Node => ({ id, position: { x: 0, y: 0 }, data: {} });
const edge = (id: string): Edge => ({ id, source: "a", target: "b", ariaLabel: "Wire from A to B" });
const diff: GraphDiff = {
  before: "v1", after: "draft", summary: "+1 node", others: [],
  nodes: { a: { state: "added", words: [], params: [] }, b: { state: "changed", words: ["C: 1 → 2"], params: [] } },
  wires: { "a.table->b.table": "removed" },
};

const NONE = new Map<string, string>();

test("nodes and wires get the class of what became of them, and a wire says it", () => {
  expect(markNodes([node("a"), node("b"), node("c")], diff, NONE).map((one) => one.className)).toEqual(["cb-diff-added", "cb-diff-changed", "cb-diff-same"]);
  const [gone, same] = markEdges([edge("a.table->b.table"), edge("b.table->c.table")], diff);
  expect([gone?.className, gone?.ariaLabel]).toEqual(["cb-diff-removed", "Removed: Wire from A to B"]);
  expect([same?.className, same?.ariaLabel]).toEqual(["cb-diff-same", "Wire from A to B"]);
});

test("without two versions nothing is touched", () => {
  const nodes = [node("a")];
  expect(markNodes(nodes, null, NONE)).toBe(nodes);
  expect(markEdges([], null)).toEqual([]);
});

test("the legend counts each fate", () => {
  expect(tally(diff)).toEqual({ added: 1, removed: 0, changed: 1, moved: 0 });
});

test("a collapsed group says what became of what is in it", () => {
  expect(markNodes([node("g"), node("h")], diff, new Map([["a", "g"], ["c", "h"]])).map((one) => one.className)).toEqual(["cb-diff-changed", "cb-diff-same"]);
  expect(changeWithin(diff, "g", [{ id: "a", title: "First" }, { id: "c", title: "Third" }])).toMatchObject({ state: "changed", words: ["First: added"] });
  expect(changeWithin(diff, "h", [{ id: "c", title: "Third" }])).toBeUndefined();
});
