import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Edit, Graph } from "../src/protocol";
import { Sync } from "../src/model/sync";

const graph = (id: string): Graph => ({ nodes: [{ id, component: "x", title: null, params: {}, position: [0, 0] }], edges: [] });

describe("saving", () => {
  let sent: Edit[];
  let now: Graph;
  let sync: Sync;

  beforeEach(() => {
    vi.useFakeTimers();
    sent = [];
    now = graph("a");
    sync = new Sync("doc", "me", { snapshot: () => now, send: (edit) => void sent.push(edit), changed: () => undefined });
    sync.receive({ rev: 5, by: "server", ack: 0 });
  });
  afterEach(() => vi.useRealTimers());

  const change = (id: string): void => {
    now = graph(id);
    sync.touch();
  };

  it("waits until the hand is still, then sends once", () => {
    change("b");
    vi.advanceTimersByTime(80);
    change("c");
    vi.advanceTimersByTime(99);
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(sent).toEqual([{ doc: "doc", cid: "me", seq: 1, base: 5, graph: graph("c"), try: 0 }]);
  });

  it("sends what is not typed before it is drawn", () => {
    now = graph("b");
    sync.touch(false);
    expect(sent).toMatchObject([{ seq: 1, graph: graph("b") }]);
  });

  it("sends what is unsent beside an edit under way when the page is left, and nothing twice", () => {
    change("b");
    sync.flush();
    sync.leave();
    expect(sent).toHaveLength(1);
    change("c");
    sync.leave();
    expect(sent.map(({ seq, base, graph: drawn }) => [seq, base, drawn.nodes[0]!.id])).toEqual([[1, 5, "b"], [2, 5, "c"]]);
    sync.receive({ rev: 7, by: "me", ack: 2 });
    expect(sync.saved).toBe("saved");
  });

  it("has one edit under way, and the newest follows the answer", () => {
    change("b");
    vi.advanceTimersByTime(200);
    change("c");
    vi.advanceTimersByTime(1000);
    expect(sent).toHaveLength(1);
    sync.receive({ rev: 6, by: "me", ack: 1 });
    vi.advanceTimersByTime(0);
    expect(sent.at(-1)).toMatchObject({ seq: 2, base: 6, graph: graph("c") });
    expect(sync.saved).toBe("saving");
    sync.receive({ rev: 7, by: "me", ack: 2 });
    expect(sync.saved).toBe("saved");
  });

  it("repeats the same snapshot under the same number without an answer", () => {
    change("b");
    vi.advanceTimersByTime(200);
    change("c");
    vi.advanceTimersByTime(4000);
    expect(sent.map((edit) => [edit.seq, edit.try, edit.graph.nodes[0]?.id])).toEqual([[1, 0, "b"], [1, 1, "b"]]);
    expect(sync.saved).toBe("offline");
    sync.receive({ rev: 6, by: "me", ack: 1 });
    vi.advanceTimersByTime(0);
    expect(sent.at(-1)).toMatchObject({ seq: 2, try: 0, graph: graph("c") });
  });

  it("takes the graph of somebody else when it is newer", () => {
    expect(sync.receive({ rev: 6, by: "server", ack: 0 })).toBe("adopt");
    expect(sync.receive({ rev: 6, by: "server", ack: 0 })).toBe("keep");
    expect(sync.receive({ rev: 4, by: "server", ack: 0 })).toBe("keep");
  });

  it("keeps its own graph at its own echo", () => {
    change("b");
    vi.advanceTimersByTime(200);
    expect(sync.receive({ rev: 6, by: "me", ack: 1 })).toBe("keep");
    expect(sync.base).toBe(6);
  });

  it("gives up the losing edit of a conflict", () => {
    change("b");
    vi.advanceTimersByTime(200);
    expect(sync.receive({ rev: 6, by: "another", ack: 9 })).toBe("adopt");
    expect(sync.saved).toBe("saved");
    vi.advanceTimersByTime(10_000);
    expect(sent).toHaveLength(1);
  });

  it("stops repeating an edit that was refused", () => {
    change("b");
    vi.advanceTimersByTime(200);
    sync.refuse(1);
    expect(sync.receive({ rev: 5, by: "server", ack: 0 })).toBe("refused");
    vi.advanceTimersByTime(10_000);
    expect(sent).toHaveLength(1);
    expect(sync.receive({ rev: 5, by: "server", ack: 0 })).toBe("keep");
  });

  it("sends what is typed at once when it is asked for, after what is under way", () => {
    change("b");
    sync.flush();
    expect(sent).toHaveLength(1);
    change("c");
    sync.flush();
    expect([sent.length, sync.unsaved]).toEqual([1, true]);
    sync.receive({ rev: 6, by: "me", ack: 1 });
    vi.advanceTimersByTime(0);
    expect(sent.at(-1)).toMatchObject({ seq: 2, base: 6, graph: graph("c") });
  });
});
