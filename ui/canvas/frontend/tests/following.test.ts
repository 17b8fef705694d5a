import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Following, STILL_MS, renamed } from "../src/model/following";
import type { Facts } from "../src/protocol";

const facts = (...names: string[]): Facts => ({
  summary: "", note: null, fitted: null, renamed: {}, serving: "", inputs: {},
  outputs: { table: names.map((name) => ({ name, kind: "numeric", type: "number" })) },
});

describe("an edit that renames a column", () => {
  let now: Facts;
  let settled: boolean;
  let asked: [string, unknown][];
  let following: Following;

  beforeEach(() => {
    vi.useFakeTimers();
    now = facts("a", "total");
    settled = true;
    asked = [];
    following = new Following({ settled: () => settled, facts: () => now, leads: (id) => id !== "last", ask: (id, params) => asked.push([id, params]) });
  });
  afterEach(() => vi.useRealTimers());

  it("is asked about once, with the settings from before the first letter was typed", () => {
    following.note("f", { name: "total" });
    vi.advanceTimersByTime(300);
    following.note("f", { name: "su" });
    now = facts("a", "sum");
    vi.advanceTimersByTime(STILL_MS - 1);
    expect(asked).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(asked).toEqual([["f", { name: "total" }]]);
    following.note("f", { name: "sum" });
    vi.advanceTimersByTime(10 * STILL_MS);
    expect(asked).toHaveLength(1);
  });

  it("waits for Python's answer about the drawing", () => {
    settled = false;
    following.note("f", { name: "total" });
    now = facts("a", "sum");
    vi.advanceTimersByTime(5 * STILL_MS);
    expect(asked).toEqual([]);
    settled = true;
    vi.advanceTimersByTime(STILL_MS);
    expect(asked).toHaveLength(1);
  });

  it("is nobody's business where no column changed its name, nothing follows, or it was taken back", () => {
    following.note("f", { name: "total" });
    vi.advanceTimersByTime(5 * STILL_MS);
    following.note("last", { name: "total" });
    now = facts("a", "sum");
    vi.advanceTimersByTime(5 * STILL_MS);
    now = facts("a", "total");
    following.note("f", {});
    following.forget();
    now = facts("a", "sum");
    vi.advanceTimersByTime(5 * STILL_MS);
    expect(asked).toEqual([]);
  });

  it("is one only where as many columns are left as there were", () => {
    expect(renamed({ table: ["a", "b"] }, { table: ["a", "c"] })).toBe(true);
    expect(renamed({ table: ["a", "b"] }, { table: ["b", "a"] })).toBe(false);
    expect(renamed({ table: ["a", "b"] }, { table: ["a"] })).toBe(false);
    expect(renamed({ table: ["a"] }, {})).toBe(false);
  });
});
