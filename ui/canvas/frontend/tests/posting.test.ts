/** An edit is posted, and what is wished for is said when it is stored: answers as they come, late, or never. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Model } from "../src/model/model";
import { RETRY_MS } from "../src/model/sync";
import type { Edit, EditorData, Graph, Intent, Wish } from "../src/protocol";

const drawn = (...ids: string[]): Graph => ({
  nodes: ids.map((id) => ({ id, component: "clean", title: null, params: {}, position: [0, 0] })), edges: [], params: {},
});
const catalogue = { digest: "d", palette: [], categories: [], functions: [], messages: {} };
const data = (graph: Graph, rev: number, by: string, ack = 0): EditorData => ({
  kind: "editor", doc: "p", name: "p", rev, by, ack, readonly: false, graph, catalogue, facts: {}, tables: [], problems: [], options: {}, run: null,
});

interface Posted {
  edit: Edit;
  token: string;
  answer(status: number, told: object): Promise<void>;
  fail(): Promise<void>;
}

describe("an edit", () => {
  let model: Model;
  let posts: Posted[];
  let said: [string, Intent | number][];
  const intents = (): Wish["type"][] => said.flatMap(([, one]) => (typeof one === "number" ? [] : [one.type]));
  const pages = (): number => said.filter(([name]) => name === "stored").length;
  const rest = async (ms = 0): Promise<void> => void (await vi.advanceTimersByTimeAsync(ms));

  const post = (_: string, asked: { body: string; headers: Record<string, string> }): Promise<unknown> =>
    new Promise((resolve, reject) => posts.push({
      edit: JSON.parse(asked.body) as Edit,
      token: asked.headers["X-Xsrftoken"]!,
      answer: (status, told) => (resolve({ ok: status === 200, status, json: () => Promise.resolve(told) }), rest()),
      fail: () => (reject(new TypeError("no connection")), rest()),
    }));
  const stored = (one: Posted, rev: number): Promise<void> => one.answer(200, { rev, by: one.edit.cid, ack: one.edit.seq, refused: null });

  beforeEach(async () => {
    vi.useFakeTimers();
    [posts, said] = [[], []];
    vi.stubGlobal("fetch", post);
    vi.stubGlobal("document", { cookie: "a=b; _streamlit_xsrf=2|1|to=; c=d" });
    model = new Model("p");
    model.receive(data(drawn("a"), 5, "server"));
    model.attach({ setStateValue: (name: string, value: Intent | number) => void said.push([name, value]) } as never);
    await rest(1000);
    said = [];
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("is sent with the token of the cookie, and saved when it is answered; then the page is asked for", async () => {
    model.add("clean", [0, 0]);
    expect([posts.length, posts[0]!.token, model.state.saved]).toEqual([1, "2|1|to=", "saving"]);
    await stored(posts[0]!, 6);
    expect([model.state.saved, model.state.graph.nodes.length, pages()]).toEqual(["saved", 2, 1]);
  });

  it("goes out at once when the page is left", () => {
    model.setTitle("a", "Customers");
    expect(posts).toHaveLength(0);
    model.leave();
    expect(posts[0]!.edit.graph.nodes[0]!.title).toBe("Customers");
  });

  it("that somebody else was before asks for their drawing, and is not saved", async () => {
    model.add("clean", [0, 0]);
    await posts[0]!.answer(200, { rev: 6, by: "anna", ack: 3, refused: null });
    expect([model.state.saved, pages()]).toEqual(["saving", 1]);
    model.receive(data(drawn("a", "b"), 6, "anna", 3));
    await rest(200);
    expect(posts.at(-1)!.edit).toMatchObject({ base: 6, seq: 2 });
    expect(posts.at(-1)!.edit.graph.nodes).toHaveLength(3);
  });

  it("without an answer is sent again under the same number", async () => {
    model.add("clean", [0, 0]);
    await posts[0]!.fail();
    expect(model.state.saved).toBe("saving");
    await rest(RETRY_MS);
    expect(posts.map(({ edit }) => [edit.seq, edit.try])).toEqual([[1, 0], [1, 1]]);
    expect(model.state.saved).toBe("offline");
    await stored(posts[1]!, 6);
    await posts[0]!.fail();
    expect(model.state.saved).toBe("saved");
  });

  it("that may not be sent from here is kept, and tried again", async () => {
    model.add("clean", [0, 0]);
    await posts[0]!.answer(403, { message: "Only the canvas of this server may draw here." });
    await rest(RETRY_MS);
    expect([posts.length, model.state.saved, model.state.graph.nodes.length]).toEqual([2, "offline", 2]);
  });

  it("that is refused gives way to what is stored, and says why; undo brings it back", async () => {
    model.add("clean", [0, 0]);
    await posts[0]!.answer(422, { message: "nodes.0.id: no." });
    model.receive(data(drawn("a"), 5, "server"));
    expect([model.state.graph.nodes.length, model.state.saved]).toEqual([1, "saved"]);
    expect(model.state.toast?.text).toBe("nodes.0.id: no. Undo brings it back.");
    model.undo();
    expect(model.state.graph.nodes).toHaveLength(2);
  });

  it("comes before what is wished for of it, and wishes are said one after the other", async () => {
    model.add("clean", [0, 0]);
    model.wish({ type: "save" });
    model.wish({ type: "run", to: null });
    await rest(200);
    expect(intents()).toEqual([]);
    await stored(posts[0]!, 6);
    expect(intents()).toEqual(["save"]);
    await rest(100);
    expect(intents().slice(0, 2)).toEqual(["save", "run"]);
  });

  it("that is refused takes along what was wished for of it, but no cancel", async () => {
    model.add("clean", [0, 0]);
    model.wish({ type: "run", to: null });
    model.wish({ type: "cancel" });
    await posts[0]!.answer(200, { refused: { seq: 1, message: "Two nodes are called 'a'." } });
    model.receive(data(drawn("a"), 5, "server"));
    await rest(200);
    expect(intents()).toEqual(["cancel"]);
  });
});
