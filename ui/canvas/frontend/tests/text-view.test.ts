import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LONGEST, QUIET_MS, RETRY_MS, TextView } from "../src/model/text-view";
import type { Asked, Graph, Written } from "../src/protocol";
import { indentAfter, nodeAt, nodeLines, offsetOf } from "../src/written/lines";

const EMPTY: Graph = { nodes: [], edges: [] };
let sent: (Asked | null)[] = [];
let view: TextView;
const store = new Map<string, string>();
const answer = (over: Partial<Written> = {}): void => {
  const asked = sent.at(-1)!;
  const own = asked.text === null ? { text: "drawn", graph: null } : { text: null, graph: EMPTY };
  view.receive({ serial: asked.serial, rev: 1, remarks: [], ...own, ...over });
};

beforeEach(() => {
  vi.useFakeTimers();
  store.clear();
  vi.stubGlobal("sessionStorage", { getItem: (key: string) => store.get(key) ?? null, setItem: (key: string, value: string) => store.set(key, value), removeItem: (key: string) => store.delete(key) });
  sent = [];
  view = new TextView("p", (asked) => sent.push(asked) > 0);
  view.open();
  answer();
});
afterEach(() => vi.useRealTimers());

describe("the text of what is drawn", () => {
  it("is shown, and the newer one when something else is drawn", () => {
    expect(view.state).toMatchObject({ drawn: "drawn", typed: null, checked: true });
    answer({ rev: 2, text: "drawn anew" });
    expect(view.state.drawn).toBe("drawn anew");
  });
  it("is asked for again while no answer comes, and no longer when the view is closed", () => {
    view.ask();
    vi.advanceTimersByTime(RETRY_MS);
    expect(sent.at(-1)).toMatchObject({ try: 1 });
    view.close();
    vi.advanceTimersByTime(3 * RETRY_MS);
    expect(sent.at(-1)).toBeNull();
  });
});

describe("what is typed", () => {
  it("is read when the typing rests, and drawn only when it was read", () => {
    view.type("dra");
    view.type("draw");
    expect([sent.length, view.draw()]).toEqual([1, null]);
    vi.advanceTimersByTime(QUIET_MS);
    expect(sent.at(-1)).toMatchObject({ text: "draw" });
    view.type("drawn!");
    answer();
    expect([view.state.checked, view.draw()]).toEqual([false, null]);
    vi.advanceTimersByTime(QUIET_MS);
    answer();
    expect(view.draw()).toBe(EMPTY);
    expect(view.state).toMatchObject({ drawn: "drawn!", typed: null });
  });
  it("is not drawn while it is no pipeline", () => {
    view.type("x");
    vi.advanceTimersByTime(QUIET_MS);
    answer({ graph: null, remarks: [{ line: 1, column: 1, severity: "error", message: "no", hint: "", node: null }] });
    expect([view.draw(), view.state.typed, view.state.remarks.length]).toEqual([null, "x", 1]);
  });
  it("stays when another view is shown or the page is loaded again, and can be given up and brought back", () => {
    view.type("mine");
    view.close();
    expect(view.state.typed).toBe("mine");
    const again = new TextView("p", () => true);
    expect([again.state.typed, new TextView("other", () => true).state.typed]).toEqual(["mine", null]);
    again.open();
    again.drop();
    expect(again.state).toMatchObject({ typed: null, dropped: "mine" });
    again.bringBack();
    expect(again.state).toMatchObject({ typed: "mine", dropped: null });
  });
  it("is told to be overtaken when the drawing has changed since", () => {
    view.type("mine");
    vi.advanceTimersByTime(QUIET_MS);
    answer();
    expect(view.state.overtaken).toBe(false);
    answer({ rev: 2 });
    expect(view.state.overtaken).toBe(true);
  });
  it("is not sent when it is longer than anything that is read", () => {
    view.type("x".repeat(LONGEST + 1));
    vi.advanceTimersByTime(QUIET_MS);
    expect([sent.length, view.state.graph, view.state.remarks.length]).toEqual([1, null, 1]);
  });
  it("is nothing when it is what is drawn", () => {
    view.type("drawn.");
    view.type("drawn");
    expect(view.state.typed).toBeNull();
  });
});

describe("lines", () => {
  const text = "name: x\nnodes:\n  a: {component: cast}\n  b:\n    component: join\nlayout:\n  a: [0, 0]\n";
  it("have places in the text", () => {
    expect([offsetOf(text, 1, 1), offsetOf(text, 3, 3), offsetOf(text, 2, 99), offsetOf(text, 99, 1)]).toEqual([0, 17, 14, text.length]);
  });
  it("belong to nodes", () => {
    expect([...nodeLines(text)]).toEqual([["a", 3], ["b", 4]]);
    expect([2, 20, text.indexOf("join"), text.indexOf("[0")].map((offset) => nodeAt(text, offset))).toEqual([null, "a", "b", null]);
  });
  it("begin where the one before began", () => {
    expect([indentAfter("  b:", 4), indentAfter("    x: 1", 8), indentAfter("", 0)]).toEqual(["    ", "    ", ""]);
  });
});
