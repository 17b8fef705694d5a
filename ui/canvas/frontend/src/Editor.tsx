/** The editor: palette, board, inspector and bar around one model. */
import { ReactFlowProvider } from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Board, type BoardHandle } from "./board/Board";
import { EditorContext, type Hint } from "./context";
import { useClipboard } from "./frame/clipboard";
import { nodeOf } from "./model/graph";
import { Help } from "./frame/Help";
import { Inspector } from "./panel/Inspector";
import { handleKey, type Commands } from "./frame/keys";
import type { Line } from "./model/aligning";
import { useModel, type Model } from "./model/model";
import type { PortRef } from "./model/rules";
import { drawnAs, specOf, type Heights } from "./board/nodes/drawn";
import { HintBubble, Toast } from "./frame/Overlays";
import { use } from "./palette/kept";
import { Palette } from "./palette/Palette";
import { Toolbar } from "./frame/Toolbar";

const BOTTOM_GAP = 24;
const LEAST_HEIGHT = 560;

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
  const [panels, setPanels] = useState({ left: true, right: true });
  const selection = useModel(model, (state) => state.selection);
  const quiet = useModel(model, (state) => state.selection.length === 0 && state.problems.length === 0);
  const pixels = useHeight(root, height);
  // A refusal stays until it has been read, even when the pointer leaves the port.
  const hintAt = useCallback((next: Hint | null) => setHint((now) => (next === null && now?.tone === "refusal" ? now : next)), []);
  const editor = useMemo(() => ({ model, hint: hintAt }), [model, hintAt]);
  const onReady = useCallback((handle: BoardHandle) => { board.current = handle; }, []);
  const onGone = useCallback(() => setHint(null), []);

  const seen = useCallback(() => board.current?.seen() ?? { x: 0, y: 0, width: 0, height: 0 }, []);

  useFocusKept(root, model);
  useClipboard(root, model, seen);

  const heights = (): Heights => board.current?.heights() ?? new Map();
  const arrange = (): void => model.arrange(heights());
  const align = (line: Line) => () => model.align(line, heights());
  const add = (component: string): void => {
    use(component);
    const { port, graph } = model.state;
    if (port && nodeOf(graph, port.node)) model.addTo(port, component);
    else model.addBeside(component, board.current?.centre() ?? [0, 0], heights());
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
    selectAll: () => model.select(model.state.graph.nodes.map((node) => node.id)),
    search: find,
    next: () => {
      const port = firstOutput(model);
      if (!port) return model.say("Select one node first: what fits after it is listed then.");
      model.choosePort(port);
      find();
    },
    help: () => setHelp(true),
    fit: () => board.current?.fit(),
    arrange,
    escape: () => {
      if (hint) setHint(null);
      else if (model.state.port) model.choosePort(null);
      else if (model.state.selection.length > 0) model.select([]);
      else setFull(false);
    },
    run: () => void model.wish({ type: "run", to: null }),
    runTo: () => {
      const node = nodeOf(model.state.graph, model.state.selection[0] ?? null);
      if (drawnAs(specOf(node, model.state.specs))) model.say("This is only drawn. Select a node that runs.");
      else model.wish({ type: "run", to: node?.id ?? null });
    },
    save: () => void model.wish({ type: "save" }),
    alignLeft: align("left"),
    alignCentre: align("centre"),
    alignRight: align("right"),
    alignTop: align("top"),
    alignMiddle: align("middle"),
    alignBottom: align("bottom"),
    spreadAcross: () => model.distribute("across", heights()),
    spreadDown: () => model.distribute("down", heights()),
  };

  return (
    <EditorContext.Provider value={editor}>
      <div
        ref={root}
        className={`cb-editor${full ? " cb-full" : ""}${quiet ? " cb-quiet" : ""}`}
        style={full ? undefined : { height: pixels }}
        tabIndex={-1}
        data-testid="canvas"
        onKeyDown={(event) => handleKey(event, commands)}
        onPointerDown={(event) => {
          if (hint) setHint(null);
          const target = event.target as HTMLElement;
          if (!target.closest("button, input, textarea, select, [tabindex='0']")) root.current?.focus({ preventScroll: true });
        }}
      >
        <ReactFlowProvider>
          <Toolbar
            full={full}
            panels={panels}
            onFull={() => setFull(!full)}
            onFit={() => board.current?.fit()}
            onArrange={arrange}
            onHelp={() => setHelp(true)}
            onPanel={(side) => setPanels((now) => ({ ...now, [side]: !now[side] }))}
          />
          <div className="cb-body">
            {panels.left && <Palette search={search} onAdd={add} onLeave={() => root.current?.focus({ preventScroll: true })} />}
            <Board onReady={onReady} />
            {panels.right && <Inspector />}
          </div>
        </ReactFlowProvider>
        <HintBubble hint={hint} root={root} onGone={onGone} />
        <Toast />
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
function useFocusKept(root: React.RefObject<HTMLElement | null>, model: Model): void {
  const graph = useModel(model, (state) => state.graph);
  const ours = useRef(false);
  useEffect(() => {
    const left = model.focusLeft();
    if (left === null || document.activeElement !== document.body) return;
    const there = root.current?.querySelector<HTMLElement>(`[data-testid="${CSS.escape(left)}"]`);
    (there ?? root.current)?.focus({ preventScroll: true });
  }, [model, root]);
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
    const frame = requestAnimationFrame(() => {
      if (ours.current && document.activeElement === document.body) root.current?.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(frame);
  }, [graph, root]);
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
