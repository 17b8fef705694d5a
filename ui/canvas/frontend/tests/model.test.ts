/** The document in one browser while somebody else draws in another: what it adopts, merges, sends and undoes. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Model } from "../src/model/model";
import { setParameter, parameterFor } from "../src/model/parameters";
import type { Edit, EditorData, FeedData, Graph, Intent, Params } from "../src/protocol";

const drawn = (params: Params = {}, more: Partial<Graph> = {}): Graph => ({
  nodes: [
    { id: "fill", component: "fill", title: null, params: { how: "mean", ...params }, position: [0, 0] },
    { id: "model", component: "model", title: null, params: {}, position: [300, 0] },
  ],
  edges: [{ source: "fill", source_port: "table", target: "model", target_port: "table" }],
  params: {}, ...more,
});
const catalogue = { digest: "d", palette: [], categories: [], functions: [], messages: {} };
const data = (graph: Graph, rev: number, by: string, ack = 0): EditorData => ({
  kind: "editor", doc: "p", name: "p", rev, by, ack, readonly: false, graph, catalogue, facts: {}, tables: [], problems: [], options: {}, run: null,
});

describe("with somebody else at the same drawing", () => {
  let model: Model;
  let edits: Edit[];
  let intents: Intent[];
  const how = (): unknown => model.state.graph.nodes[0]!.params["how"];

  beforeEach(() => {
    vi.useFakeTimers();
    edits = [];
    intents = [];
    model = new Model("p");
    model.receive(data(drawn(), 5, "server"));
    vi.stubGlobal("document", { cookie: "" });
    vi.stubGlobal("fetch", (_: string, asked: { body: string }) => (edits.push(JSON.parse(asked.body) as Edit), new Promise(() => undefined)));
    model.attach({ setStateValue: (name: string, value: Intent) => void (name === "intent" && intents.push(value)) } as never);
    vi.advanceTimersByTime(500);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("says who is here, and asks for what the other one drew", () => {
    expect(intents.at(-1)).toMatchObject({ type: "here", who: { id: expect.any(String) } });
    const feed: FeedData = { kind: "feed", doc: "p", run: null, nodes: {}, rev: 6, by: "anna", people: [{ id: "a", cid: "anna", name: "Anna", colour: 1, node: "fill", editing: true, me: false }] };
    model.feed(feed);
    model.feed(feed);
    expect(intents.filter((one) => one.type === "catch_up")).toHaveLength(1);
    expect(model.state.people[0]!.name).toBe("Anna");
    vi.advanceTimersByTime(3001);
    model.feed(feed);
    expect(intents.filter((one) => one.type === "catch_up")).toHaveLength(2);
  });

  it("takes what the other one drew without sending it back", () => {
    model.receive(data(drawn({ how: "mode" }), 6, "anna"));
    vi.advanceTimersByTime(5000);
    expect([how(), edits.length, model.state.canUndo, model.state.saved]).toEqual(["mode", 0, false, "saved"]);
  });

  it("merges what it has not sent yet, and sends the merged drawing on top of theirs", () => {
    model.setParam("fill", "columns", ["a"]);
    model.receive(data(drawn({ how: "mode" }), 6, "anna"));
    vi.advanceTimersByTime(300);
    expect(edits).toHaveLength(1);
    expect(edits[0]).toMatchObject({ base: 6, graph: { nodes: [{ params: { how: "mode", columns: ["a"] } }, {}] } });
    expect(model.state.conflicts).toEqual([]);
    expect(model.state.toast?.text).toContain("Both changes are kept");
  });

  it("merges what came too late, and keeps asking which of two values it shall be", () => {
    model.setParam("fill", "how", "median");
    vi.advanceTimersByTime(250);
    expect(edits).toHaveLength(1);
    model.receive(data(drawn({ how: "mode" }), 6, "anna"));
    vi.advanceTimersByTime(250);
    expect(how()).toBe("median");
    expect(edits.at(-1)).toMatchObject({ base: 6, seq: 2 });
    model.receive(data(edits.at(-1)!.graph, 7, edits.at(-1)!.cid, 2));
    expect(model.state.saved).toBe("saved");
    model.settle(model.state.conflicts[0]!, true);
    vi.advanceTimersByTime(250);
    expect([how(), model.state.conflicts.length]).toEqual(["mode", 0]);
    expect(edits.at(-1)).toMatchObject({ base: 7, seq: 3 });
  });

  it("undoes its own change and leaves theirs", () => {
    model.setParam("fill", "columns", ["a"]);
    vi.advanceTimersByTime(250);
    model.receive(data(drawn({ columns: ["a"] }), 6, edits[0]!.cid, 1));
    model.receive(data(drawn({ columns: ["a"], how: "mode" }), 7, "anna"));
    model.undo();
    expect(model.state.graph.nodes[0]!.params).toEqual({ how: "mode" });
    model.redo();
    expect(model.state.graph.nodes[0]!.params).toEqual({ how: "mode", columns: ["a"] });
  });

  it("still lets one undo what the server did", () => {
    model.receive(data(drawn({ how: "mode" }), 6, "server"));
    expect(model.state.toast?.undo).toBe(true);
    model.undo();
    expect(how()).toBe("mean");
  });

  it("undoes and redoes parameters like everything else, and no other change loses them", () => {
    model.change(setParameter(model.state.graph, "rate", parameterFor("number", 0.2)));
    model.remove(["model"]);
    model.change({ nodes: model.state.graph.nodes, edges: [] });
    expect(Object.keys(model.state.graph.params!)).toEqual(["rate"]);
    for (let step = 0; step < 3; step++) model.undo();
    expect(model.state.graph.params).toEqual({});
    model.redo();
    expect(model.state.graph.params!["rate"]!.default).toBe(0.2);
  });
});
