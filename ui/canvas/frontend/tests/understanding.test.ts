/** What the panel and the overlays say, in pure functions. */
import { describe, expect, it } from "vitest";
import { isDimWire, legend, lookOf, markOf } from "../src/board/guard";
import { rowsOf } from "../src/board/NodeCard";
import { bars, share } from "../src/panel/bars";
import { changesInWords, columnChanges } from "../src/panel/changes";
import { bytes, figureRows } from "../src/panel/figures";
import { failedIn } from "../src/panel/Failures";
import { listed } from "../src/panel/stepping";
import { changeWords, rowsWords, sampleWords } from "../src/panel/preview";
import { withoutName } from "../src/panel/Problems";
import type { Column, Figures, NodeStatus, Overlay, Problem, RowsShown, Sketch } from "../src/protocol";

const column = (name: string, type = "number"): Column => ({ name, type, kind: type === "number" ? "numeric" : "text" });
const rows = (total: number, changed: string[] = []): RowsShown => ({ columns: [], changed, rows: [], marks: [], total, left_out: 0 });

describe("columns", () => {
  const facts = {
    inputs: { left: [column("id"), column("old"), column("age", "text"), column("gone")], right: [column("city", "text")] },
    outputs: { table: [column("id"), column("fresh"), column("age"), column("city", "text"), column("made")] },
    renamed: { table: { fresh: "old" } },
  };

  it("are added, renamed, retyped, dropped or kept, in this order", () => {
    const changes = columnChanges(facts, "table");
    expect(changes.map((one) => [one.name, one.change, one.was])).toEqual([
      ["city", "added", "from right"], ["made", "added", undefined], ["fresh", "renamed", "old"],
      ["age", "retyped", "text"], ["gone", "dropped", undefined], ["id", "kept", undefined],
    ]);
    expect(changesInWords(changes)).toBe("2 new, 1 renamed, 1 with another type, 1 dropped, 1 kept");
  });

  it("of which none changed are said to be kept", () => {
    const same = { inputs: { table: [column("id")] }, outputs: { table: [column("id")] }, renamed: {} };
    expect(changesInWords(columnChanges(same, "table"))).toBe("The one column is kept as it is");
  });
});

describe("a preview", () => {
  it("says how much of the data it is", () => {
    const some = { node: "a", title: "Orders", rows: 10_000, of: 1_000_000 };
    const all = { node: "b", title: "Shops", rows: 40, of: 40 };
    expect(sampleWords([some])).toBe("10k of 1M rows of Orders, from all over it");
    expect(sampleWords([all])).toBe("All 40 rows of Shops");
    expect(sampleWords([some, all])).toBe("10k of 1M rows of Orders, all 40 rows of Shops");
  });

  it("says what becomes of the rows and the columns", () => {
    expect(rowsWords({ arriving: { table: 200 }, after: rows(150) })).toBe("200 → 150 rows");
    expect(rowsWords({ arriving: { table: 200 }, after: rows(200) })).toBe("200 rows");
    expect(rowsWords({ arriving: { left: 200, right: 40 }, after: rows(180) })).toBe("200 left + 40 right → 180 rows");
    expect(rowsWords({ arriving: { table: 200 }, after: null })).toBe("200 rows arrive");
    expect(rowsWords({ arriving: {}, after: rows(9) })).toBe("9 rows");
    const columns = [{ name: "made", is_new: true }, { name: "age", is_new: false }] as Sketch[];
    expect(changeWords({ after: rows(9, ["made", "age"]), columns })).toBe("1 new column, 1 column with other values");
  });
});

describe("figures", () => {
  it("have one row for each that is known, in words", () => {
    const none = { rows_out: null, cpu_seconds: null, bytes_written: null, bytes_spilled: null };
    const run = { ...none, run: 1, run_id: "r", at: null, status: "succeeded", cached: false, rows_in: 12, seconds: 0.25, memory_mb: 1500, bytes_read: 0 } satisfies Figures;
    expect(figureRows([run, null]).map((row) => [row.label, row.cells])).toEqual([
      ["Rows in", ["12", null]], ["Took", ["250 ms", null]], ["Peak memory", ["1.5 GB", null]], ["Read", ["0 B", null]],
    ]);
    expect([bytes(999), bytes(123_456), bytes(2e12)]).toEqual(["999 B", "123 KB", "2.0 TB"]);
  });

  it("are drawn so that nothing that is there disappears", () => {
    expect(bars([0, 1000, 1], 30, 10).map((bar) => bar.height)).toEqual([0, 10, 1.5]);
    expect(bars([], 30, 10)).toEqual([]);
    expect([0, 0.001, 0.5, 0.999, 1].map(share)).toEqual(["0 %", "<1 %", "50 %", ">99 %", "100 %"]);
  });
});

describe("an overlay", () => {
  const overlay: Overlay = {
    kind: "serving", borders: {}, models: [], model: "m", note: null,
    marks: { s: { kind: "input", words: "In." }, f: { kind: "skipped", words: "Out." }, m: { kind: "model", words: "Answers." } },
  };

  it("lights up what takes part and dims the rest, wires too", () => {
    expect(["s", "f", "m", "x"].map((node) => lookOf(overlay, node))).toEqual(["cb-node-lit", "cb-node-dim", "cb-node-lit", "cb-node-dim"]);
    expect([isDimWire(overlay, "s", "m"), isDimWire(overlay, "s", "f"), isDimWire(null, "s", "f")]).toEqual([false, true, false]);
    expect(markOf(overlay, "f")).toMatchObject({ word: "Left out", words: "Out." });
    expect([markOf(overlay, "x"), markOf(null, "s")]).toEqual([null, null]);
    expect(legend(overlay).map((entry) => [entry.kind, entry.count])).toEqual([["input", 1], ["model", 1], ["skipped", 1]]);
  });

  it("that has nothing to say dims nothing, and a mark of a newer server is no mistake", () => {
    expect(lookOf({ ...overlay, marks: {} }, "s")).toBe(false);
    expect(markOf({ ...overlay, marks: { s: { kind: "unheard", words: "" } } }, "s")).toBeNull();
  });
});

describe("a problem that stands below the name of its node", () => {
  it("does not say it again", () => {
    expect(withoutName("Impute mean: the input is not connected.", "Impute mean")).toBe("The input is not connected.");
    expect(withoutName("There is no column 'a' here.", "Impute mean")).toBe("There is no column 'a' here.");
  });
});

describe("a run", () => {
  const status = (over: Partial<NodeStatus>): NodeStatus => ({ status: "done", rows_in: 20, rows_out: null, seconds: 1, message: null, ...over });
  const graph = { nodes: ["b", "a", "c"].map((id) => ({ id, component: "x", title: null, params: {}, position: [0, 0] as [number, number] })), edges: [] };

  it("failed where its nodes did, in the order of the drawing", () => {
    expect(failedIn(graph, { a: status({ status: "failed" }), b: status({}), c: status({ status: "failed" }) })).toEqual(["a", "c"]);
  });

  it("says how many rows a node made, and while it runs how many it was given", () => {
    expect([rowsOf(status({}), true), rowsOf(status({ rows_out: 0 }), true), rowsOf(status({}), false)]).toEqual([null, 0, 20]);
    expect(rowsOf(status({ status: "running" }), true)).toBe(20);
  });
});

it("an empty pipeline is no problem in the list", () => {
  const problem = (code: string): Problem => ({ id: code, node: null, code, field: null, severity: "error", message: "", hint: "", fix: null });
  expect(listed([problem("empty_pipeline"), problem("cycle")]).map((one) => one.code)).toEqual(["cycle"]);
});
