import { beforeEach, describe, expect, it } from "vitest";
import { EMPTY } from "../src/model/graph";
import type { State, Toast } from "../src/model/state";
import { Questions } from "../src/model/questions";
import type { Answer, Graph } from "../src/protocol";

const proposed: Graph = { nodes: [{ id: "a", component: "x", title: null, params: {}, position: [0, 0] }], edges: [] };
const answer = (seq: number, more: Partial<Answer> = {}): Answer => ({
  cid: "me", seq, asked: "rename", title: "Rename “a” to “b”", uses: 2, changes: [], graph: proposed, error: null, ...more,
});

describe("a question", () => {
  let state: State;
  let toasts: Partial<Toast>[];
  let questions: Questions;

  beforeEach(() => {
    state = { graph: EMPTY, inquiry: null, answer: null } as unknown as State;
    toasts = [];
    let said = 0;
    questions = new Questions({
      state: () => state, say: () => ++said,
      update: (change) => { state = { ...state, ...change }; },
      change: (graph) => { state = { ...state, graph }; },
      toast: (text, more = {}) => toasts.push({ text, ...more }),
    }, "me");
    questions.ask({ type: "rename", node: "n", port: "table", column: "a", to: "b" });
  });

  it("takes only the answer to itself, once", () => {
    questions.hear(answer(2));
    questions.hear(answer(1, { cid: "another tab" }));
    expect(state.answer).toBeNull();
    questions.hear(answer(1));
    const first = state.answer;
    questions.hear(answer(1));
    expect(state.answer).toBe(first);
    questions.unask();
    questions.hear(answer(1));
    expect(state.answer).toBeNull();
  });

  it("becomes one edit of the drawing that it was asked about, and of no other", () => {
    questions.hear(answer(1));
    questions.take(state.answer!);
    expect([state.graph, state.inquiry, state.answer]).toEqual([proposed, null, null]);
    expect(toasts).toEqual([{ text: "Rename “a” to “b”: done.", undo: true }]);
    questions.ask({ type: "rename", node: "n", port: "table", column: "a", to: "b" });
    questions.hear(answer(2));
    state = { ...state, graph: { ...EMPTY } };
    questions.take(state.answer!);
    expect(state.graph).toEqual(EMPTY);
    expect(toasts.at(-1)!.text).toContain("changed meanwhile");
  });

  it("about later places is an offer, where there are some", () => {
    questions.hear(answer(1, { asked: "later", graph: null }));
    expect(toasts).toEqual([]);
    questions.hear(answer(1, { asked: "later", title: "Use “b” instead of “a” in later places, too" }));
    expect(toasts[0]!.text).toBe("Use “b” instead of “a” in 2 later places, too?");
    toasts[0]!.acts![1]!.run();
    expect(state.inquiry).toEqual({ kind: "later" });
    toasts[0]!.acts![0]!.run();
    expect(state.graph).toBe(proposed);
  });
});
