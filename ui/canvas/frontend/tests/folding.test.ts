import { describe, expect, it } from "vitest";
import { layered, type Block } from "../src/model/layout";
import type { GraphEdge } from "../src/protocol";

const card = (id: string, within?: string): Block => ({ id, width: 210, height: 92, within });
const wire = (source: string, target: string): GraphEdge => ({ source, source_port: "table", target, target_port: "table" });
const chain = (length: number): [Block[], GraphEdge[]] => {
  const ids = Array.from({ length }, (_, place) => `n${place}`);
  return [ids.map((id) => card(id)), ids.slice(1).map((id, place) => wire(ids[place]!, id))];
};
const rowsOf = (corners: Map<string, { x: number; y: number }>): string[][] => {
  const tops = [...new Set([...corners.values()].map(({ y }) => Math.round(y)))].sort((a, b) => a - b);
  const row = (top: number) => [...corners].filter(([, { y }]) => Math.round(y) === top);
  return tops.map((top) => row(top).sort(([, a], [, b]) => a.x - b.x).map(([id]) => id));
};

describe("a layout", () => {
  it("is one row while that can be read", () => expect(rowsOf(layered(...chain(4)))).toHaveLength(1));
  it("has shorter rows where there is less room", () => {
    const [laptop, screen] = [{ width: 660, height: 420 }, { width: 1500, height: 800 }];
    expect(rowsOf(layered(...chain(7), laptop)).map((row) => row.length)).toEqual([3, 2, 2]);
    expect(rowsOf(layered(...chain(7), screen))).toHaveLength(1);
  });
  it("is folded into rows of about one length, each read from left to right", () => {
    const rows = rowsOf(layered(...chain(13)));
    expect(rows.flat()).toEqual(chain(13)[0].map(({ id }) => id));
    expect(rows.length).toBeGreaterThan(1);
    const lengths = rows.map((row) => row.length);
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
  });
  it("leaves room between the rows for the wires that run back", () => {
    const tops = [...new Set([...layered(...chain(24)).values()].map(({ y }) => Math.round(y)))].sort((a, b) => a - b);
    for (const [place, top] of tops.slice(1).entries()) expect(top - tops[place]! - 92).toBeGreaterThanOrEqual(80);
  });
  it("is cut where the fewest wires go", () => {
    const [blocks, edges] = chain(10);
    const more = ["a", "b"].flatMap((lane) => [wire("n3", lane), wire(lane, "n5")]); // beside n4: three wires there, one elsewhere
    const corners = layered([...blocks, card("a"), card("b")], [...edges, ...more]);
    const x = (id: string) => corners.get(id)!.x;
    expect(x("n4")).toBeGreaterThan(x("n3"));
    expect(x("n5")).toBeGreaterThan(x("n4"));
    expect(Math.max(...[...corners.values()].map((corner) => corner.x))).toBeLessThan(x("n0") + 6 * 280); // and it is folded
  });
  it("does not part what lies in a frame", () => {
    const [blocks, edges] = chain(14);
    const held = blocks.map((block, place) => (place >= 4 && place < 9 ? { ...block, within: "frame" } : block));
    const corners = layered([...held, { id: "frame", width: 0, height: 0 }], edges);
    expect(new Set([4, 5, 6, 7, 8].map((place) => Math.round(corners.get(`n${place}`)!.y))).size).toBe(1);
  });
  it("of very many nodes is about as wide as high", () => {
    const corners = [...layered(...chain(200)).values()];
    const width = Math.max(...corners.map(({ x }) => x)) + 210;
    const height = Math.max(...corners.map(({ y }) => y)) + 92;
    expect(width / height).toBeGreaterThan(1);
    expect(width / height).toBeLessThan(3.5);
  });
  it("of nothing is nothing", () => expect(layered([], []).size).toBe(0));
});
