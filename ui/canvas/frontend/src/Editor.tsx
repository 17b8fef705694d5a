/** The editor: palette, board, inspector and bar around one model. */
import { ReactFlowProvider } from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Board, type BoardHandle } from "./board/Board";
import { EditorContext, type Hint } from "./context";
import { useClipboard } from "./frame/clipboard";
import { nodeOf } from "./model/graph";
import { Conflicts } from "./frame/Conflicts";
import { Help } from "./frame/Help";
import { ColumnDialog } from "./panel/ColumnDialog";
import { Inspector } from "./panel/Inspector";
import { listed, step } from "./panel/stepping";
import { handleKey, type Commands } from "./frame/keys";
import type { Line } from "./model/aligning";
import { useModel, type Model } from "./model/model";
import type { PortRef } from "./model/rules";
import { drawnAs, specOf, type Heights } from "./board/nodes/drawn";
import { shownOf } from "./board/groups/shown";
import { Announcer } from "./frame/Announcer";
import { HintBubble, Toast } from "./frame/Overlays";
import { nextView, useView, type View } from "./frame/view";
import * as acting from "./model/acting";
import { focusRow } from "./outline/focus";
import { Outline } from "./outline/Outline";
import { use } from "./palette/kept";
import { Palette } from "./palette/Palette";
import { Toolbar } from "./frame/Toolbar";
import { TextPane } from "./written/TextPane";

/** What follows below the canvas is seen to begin. */
const BOTTOM_GAP = 76;
const LEAST_HEIGHT = 560;
/** Pixels of a window in which the components would cover the canvas. */
const NARROW = 640;
/** How long the focus is watched after a change. */
const FRAMES = 20;

interface Props {
  model: Model;
  height: number | null;
}

export function Editor({ model, height }: Props) {
  const root = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const board = useRef<BoardHandle | null>(null);
  const [hint, setHint] = useState<Hint | null>(null);
  const [full, setFull] = useState(false);
  const [help, setHelp] = useState(false);
  const [chosenView, setView] = useView();
  const [panels, setPanels] = useState(() => ({ left: innerWidth > NARROW, right: true }));
  const selection = useModel(model, (state) => state.selection);
  const quiet = useModel(
    model,
    (state) => state.selection.length === 0 && state.wire === null && state.overlaid === null && listed(state.problems).length === 0 && !state.diff
      && state.parametersAsked === 0,
  );
  const compares = useModel(model, (state) => state.diff !== null);
  const view: View = compares ? "canvas" : chosenView;
  const pixels = useHeight(root, height);
  // A refusal stays until it has been read, even when the pointer leaves the port.
  const hintAt = useCallback((next: Hint | null) => setHint((now) => (next === null && now?.tone === "refusal" ? now : next)), []);
  const editor = useMemo(() => ({ model, hint: hintAt }), [model, hintAt]);
  const onReady = useCallback((handle: BoardHandle) => { board.current = handle; }, []);
  const onGone = useCallback(() => setHint(null), []);

  const seen = useCallback(() => board.current?.seen() ?? { x: 0, y: 0, width: 0, height: 0 }, []);

  useClipboard(root, model, seen);
  useFocusKept(root, model, view);
  useEffect(() => {
    if (view !== "canvas") board.current = null; // what it would say of the cards is no longer true
  }, [view]);

  const heights = (): Heights => board.current?.heights() ?? new Map();
  const arrange = (): void => model.arrange(heights(), board.current?.room());
  const align = (line: Line) => () => model.align(line, heights());
  const toProblem = (by: 1 | -1): void => {
    setPanels((now) => ({ ...now, right: true }));
    step(model, by);
  };
  const add = (component: string): void => {
    use(component);
    const { port, graph } = model.state;
    const chosen = port && nodeOf(graph, port.node) ? port : null;
    acting.write(model, chosen ? model.addTo(chosen, component) : model.addBeside(component, board.current?.centre() ?? [0, 0], heights()));
  };
  const find = (): void => {
    setPanels((now) => ({ ...now, left: true }));
    requestAnimationFrame(() => search.current?.focus());
  };
  const commands: Commands = {
    undo: () => model.undo(),
    redo: () => model.redo(),
    duplicate: () => model.duplicate(),
    remove: () => model.remove(selection, board.current?.cutSelected() ?? []),
    selectAll: () => model.select(shownOf(model.state.graph, model.state.specs).nodes.map((node) => node.id)),
    search: find,
    next: () => {
      const port = firstOutput(model);
      if (!port) return model.say("Select one node first: what fits after it is listed then.");
      model.choosePort(port);
      find();
    },
    help: () => setHelp(true),
    fit: () => board.current?.fit(),
    arrange: () => view === "canvas" && arrange(),
    view: () => { if (!compares) setView(nextView(view)); },
    escape: () => {
      if (hint) setHint(null);
      else if (model.state.port) model.choosePort(null);
      else if (model.state.selection.length > 0) model.select([]);
      else if (model.state.wire) board.current?.leaveWires();
      else setFull(false);
    },
    run: () => void model.wish({ type: "run", to: null }),
    runTo: () => {
      const node = nodeOf(model.state.graph, model.state.selection[0] ?? null);
      if (drawnAs(specOf(node, model.state.specs))) model.say("This is only drawn. Select a node that runs.");
      else model.wish({ type: "run", to: node?.id ?? null });
    },
    save: () => void model.wish({ type: "save" }),
    fitted: () => model.overlay(model.state.overlaid === "fitted" ? null : "fitted"),
    serving: () => model.overlay(model.state.overlaid === "serving" ? null : "serving"),
    group: () => acting.group(model),
    ungroup: () => acting.ungroup(model),
    fold: () => acting.fold(model),
    toggle: () => acting.toggle(model),
    note: () => acting.note(model, board.current?.centre() ?? [0, 0]),
    write: () => {
      if (!acting.write(model, model.state.selection[0] ?? null)) root.current?.querySelector<HTMLInputElement>("[data-testid=node-title]")?.select();
    },
    alignLeft: align("left"),
    alignCentre: align("centre"),
    alignRight: align("right"),
    alignTop: align("top"),
    alignMiddle: align("middle"),
    alignBottom: align("bottom"),
    spreadAcross: () => model.distribute("across", heights()),
    spreadDown: () => model.distribute("down", heights()),
    nextProblem: () => toProblem(1),
    previousProblem: () => toProblem(-1),
  };

  return (
    <EditorContext.Provider value={editor}>
      <div
        ref={root}
        className={`cb-editor cb-view-${view}${full ? " cb-full" : ""}${quiet ? " cb-quiet" : ""}`}
        style={full ? undefined : { height: pixels }}
        tabIndex={-1}
        data-testid="canvas"
        onKeyDown={(event) => {
          const settled = event.key === "Escape" && (event.target as HTMLElement).closest(".cb-inspector") && focusRow(root.current);
          if (settled) event.stopPropagation();
          else handleKey(event, commands);
        }}
        onPointerDown={(event) => {
          if (hint) setHint(null);
          const target = event.target as HTMLElement;
          if (!target.closest("button, input, textarea, select, [tabindex='0']")) root.current?.focus({ preventScroll: true });
        }}
      >
        <ReactFlowProvider>
          <Toolbar
            view={view}
            onView={setView}
            full={full}
            panels={panels}
            onFull={() => setFull(!full)}
            onFit={() => board.current?.fit()}
            onArrange={arrange}
            onHelp={() => setHelp(true)}
            onPanel={(side) => setPanels((now) => ({ ...now, [side]: !now[side] }))}
          />
          <div className="cb-body">
            {view === "canvas" && panels.left && !compares && (
              <Palette search={search} onAdd={add} onLeave={() => root.current?.focus({ preventScroll: true })} />
            )}
            {view === "canvas" && <Board onReady={onReady} />}
            {view === "outline" && <Outline onSettings={() => setPanels((now) => ({ ...now, right: true }))} />}
            {view === "text" && <TextPane />}
            {panels.right && <Inspector />}
          </div>
        </ReactFlowProvider>
        <HintBubble hint={hint} root={root} onGone={onGone} />
        <Conflicts />
        <Toast />
        <ColumnDialog />
        <Announcer />
        {help && <Help onClose={() => { setHelp(false); root.current?.focus({ preventScroll: true }); }} />}
      </div>
    </EditorContext.Provider>
  );
}

/** What the selected node gives first. */
function firstOutput({ state }: Model): PortRef | null {
  const node = nodeOf(state.graph, state.selection.length === 1 ? state.selection[0]! : null);
  const output = specOf(node, state.specs)?.outputs[0];
  return node && output ? { node: node.id, side: "out", port: output.name } : null;
}

/** When what had the focus is removed, the keys still belong to the editor. */
function useFocusKept(root: React.RefObject<HTMLElement | null>, model: Model, view: View): void {
  const graph = useModel(model, (state) => state.graph);
  const selection = useModel(model, (state) => state.selection);
  const run = useModel(model, (state) => state.run?.status);
  const ours = useRef(false);
  useEffect(() => {
    const notice = (event: Event): void => {
      ours.current = root.current?.contains(event.target as globalThis.Node) ?? false;
    };
    document.addEventListener("pointerdown", notice, true);
    document.addEventListener("focusin", notice, true);
    return () => {
      document.removeEventListener("pointerdown", notice, true);
      document.removeEventListener("focusin", notice, true);
    };
  }, [root]);
  useEffect(() => {
    let [frame, left] = [0, FRAMES];
    // The board removes a card some frames after the drawing has lost it.
    const look = (): void => {
      if (ours.current && document.activeElement === document.body) {
        if (!focusRow(root.current)) root.current?.focus({ preventScroll: true });
      } else if (left-- > 0) frame = requestAnimationFrame(look);
    };
    frame = requestAnimationFrame(look);
    return () => cancelAnimationFrame(frame);
  }, [graph, selection, run, root, view]);
}

/** The height asked for, or what is left of the window. */
function useHeight(root: React.RefObject<HTMLElement | null>, asked: number | null): number {
  const [pixels, setPixels] = useState(asked ?? LEAST_HEIGHT);
  useEffect(() => {
    if (asked !== null) return setPixels(asked);
    const measure = (): void => {
      const element = root.current;
      if (!element || element.classList.contains("cb-full")) return;
      const scroller = element.closest<HTMLElement>("[data-testid=stMain]");
      const top = element.getBoundingClientRect().top + (scroller?.scrollTop ?? 0);
      setPixels(Math.max(LEAST_HEIGHT, Math.round(window.innerHeight - top - BOTTOM_GAP)));
    };
    measure();
    const later = setTimeout(measure, 400);
    window.addEventListener("resize", measure);
    return () => {
      clearTimeout(later);
      window.removeEventListener("resize", measure);
    };
  }, [asked, root]);
  return pixels;
}
