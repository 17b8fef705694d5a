/** The drawing itself: React Flow over the model's graph. */
import {
  applyEdgeChanges, applyNodeChanges, Background, BackgroundVariant, Panel, ReactFlow, SelectionMode, useNodesInitialized, useReactFlow, useStore, useStoreApi,
  type Connection, type Edge, type EdgeChange, type FinalConnectionState, type Node, type NodeChange, type OnConnectEnd, type Viewport,
} from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useEditor, usePart } from "../context";
import { write } from "../model/acting";
import { dragged, TYPE } from "./dragging";
import { markEdges, markNodes } from "./diffed";
import { DiffLegend } from "./DiffLegend";
import { EmptyBoard } from "./EmptyBoard";
import { Guard } from "./Guard";
import { CARD_HEIGHT, CARD_WIDTH, edgeId, GRID, nodeOf, type Point } from "../model/graph";
import { Icon } from "../Icon";
import { NodeCard } from "./NodeCard";
import { Carrier } from "./nodes/carrying";
import { heightsIn } from "./heights";
import { drawnAs, lengthOf, shapeOf, type Box } from "./nodes/drawn";
import { Frame } from "./nodes/Frame";
import { GroupCard } from "./groups/GroupCard";
import { landing } from "./groups/landing";
import { Note } from "./nodes/Note";
import { spoken } from "./nodes/paint";
import { shownOf, standIn, type ShownWire } from "./groups/shown";
import { Overview } from "./Overview";
import { use } from "../palette/kept";
import type { Graph, GraphEdge, GraphNode } from "../protocol";
import { QuickAdd, type QuickAddAt } from "./QuickAdd";
import type { Room } from "../model/folding";
import { mayReplace } from "../model/replacing";
import { fits, firstFit, gateId, handleId, portOfHandle, titleOf, type PortRef, type Specs } from "../model/rules";
import { sameItems } from "../model/sharing";
import { keepInView } from "./keeping";
import { calm, covered, FARTHEST, firstView, roomOf, seenFromAfar, show, useRefitWhenShown, view } from "./view";
import { WireEdge, type WireData } from "./WireEdge";

const NODE_TYPES = { card: NodeCard, note: Note, frame: Frame, stack: GroupCard };
const EDGE_TYPES = { wire: WireEdge };
/* What React Flow is given must be the same at every step of a drag: each change of it asks every card. */
const SNAP: [number, number] = [GRID, GRID];
const ADDING = ["Meta", "Control", "Shift"] satisfies React.ModifierKey[];
const PLAIN = { hideAttribution: true };
const SETTLED_MS = 40;
const DOUBLE_CLICK_MS = 350;
const HOVER_MS = 180;

function drawNodes(nodes: readonly GraphNode[], specs: Specs, selection: readonly string[], before: Node[]): Node[] {
  const known = new Map(before.map((node) => [node.id, node]));
  const chosen = new Set(selection);
  return nodes.map((node) => {
    const old = known.get(node.id);
    if (old?.dragging) return old; // it is in somebody's hand, whatever else is drawn meanwhile
    const [x, y] = node.position;
    const selected = chosen.has(node.id);
    const looks = looksOf(node, specs, selected);
    const kept = Object.entries(looks).every(([name, value]) => old?.[name as keyof Node] === value);
    const same = old && kept && old.position.x === x && old.position.y === y && Boolean(old.selected) === selected;
    return same ? old : { ...old, ...looks, id: node.id, position: { x, y }, selected, data: {} };
  });
}

/** A card has the size of what is in it; a note or a frame has its own, and a frame lies behind everything. */
function looksOf(node: GraphNode, specs: Specs, selected: boolean): Partial<Node> {
  const spec = specs.get(node.component);
  const drawn = shapeOf(node, specs);
  const isGroup = !drawn && drawnAs(spec) === "frame";
  if (isGroup) return { type: "stack", zIndex: selected ? 1 : 0, width: undefined, height: undefined, ariaLabel: `Collapsed ${spoken(node, spec)}` };
  if (!drawn) return { type: "card", zIndex: selected ? 1 : 0 };
  const size = { width: lengthOf(node, spec, "width"), height: lengthOf(node, spec, "height") };
  return { type: drawn, zIndex: drawn === "frame" ? -1 : selected ? 1 : 0, ...size, ariaLabel: spoken(node, spec) };
}

function drawEdges(
  wires: readonly ShownWire[], graph: Graph, specs: Specs, before: Edge[], hover: (id: string | null) => void,
): Edge[] {
  const known = new Map(before.map((edge) => [edge.id, edge]));
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  return wires.map((wire) => {
    const { edge } = wire;
    const id = edgeId(edge);
    const source = nodes.get(edge.source);
    const outputs = specs.get(source?.component ?? "")?.outputs;
    const kind = outputs?.find((port) => port.name === edge.source_port)?.kind ?? "table";
    const name = `${titleOf(source, specs)} to ${titleOf(nodes.get(edge.target), specs)}`;
    const old = known.get(id);
    const same = old?.source === wire.source && old.target === wire.target && old.data?.["kind"] === kind && old.data["name"] === name;
    if (same) return old;
    const data: WireData = { kind, name, edge, hovered: false, target: false, onHover: (on) => hover(on ? id : null) };
    return {
      id, type: "wire", source: wire.source, target: wire.target,
      sourceHandle: handleAt(wire.source, "out", edge.source, edge.source_port),
      targetHandle: handleAt(wire.target, "in", edge.target, edge.target_port),
      selected: old?.selected ?? false, data, ariaLabel: `Wire from ${name}`,
    };
  });
}

/** On its own card, or at the gate of the group that hides it. */
const handleAt = (card: string, side: "in" | "out", node: string, port: string): string =>
  card === node ? handleId(side, port) : gateId(side, node, port);

const endsOf = (link: Connection | Edge): [PortRef, PortRef] | null => {
  const a = portOfHandle(link.source, link.sourceHandle);
  const b = portOfHandle(link.target, link.targetHandle);
  return a && b ? [a, b] : null;
};

export interface BoardHandle {
  /** The middle of what is visible, where a card would be centred. */
  centre(): Point;
  /** The part of the drawing that is visible. */
  seen(): Box;
  fit(): void;
  /** How much of the board a drawing that is wholly seen may take. */
  room(): Room;
  heights(): Map<string, number>;
  cutSelected(): string[];
  /** No wire is selected any more. */
  leaveWires(): void;
}

export function Board({ onReady }: { onReady(handle: BoardHandle): void }) {
  const { model, hint } = useEditor();
  const graph = usePart((state) => state.graph);
  const specs = usePart((state) => state.specs);
  const drawing = shownOf(graph, specs);
  const selection = usePart((state) => state.selection);
  const reveal = usePart((state) => state.reveal);
  const readonly = usePart((state) => state.readonly);
  const diff = usePart((state) => state.diff);
  const [nodes, setNodes] = useState<Node[]>(() => drawNodes(drawing.nodes, specs, selection, []));
  const [hovered, setHovered] = useState<string | null>(null);
  const leaving = useRef<ReturnType<typeof setTimeout>>(undefined);
  const hover = useCallback((id: string | null) => {
    clearTimeout(leaving.current);
    if (id) setHovered(id);
    else leaving.current = setTimeout(() => setHovered(null), HOVER_MS);
  }, []);
  const [edges, setEdges] = useState<Edge[]>(() => drawEdges(drawing.wires, graph, specs, [], hover));
  const [target, setTarget] = useState<string | null>(null);
  const [replacing, setReplacing] = useState<string | null>(null);
  const [quick, setQuick] = useState<QuickAddAt | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const showing = useRef<ReturnType<typeof setTimeout>>(undefined);
  const carrier = useRef(new Carrier());
  const flow = useReactFlow();
  const store = useStoreApi();
  const isFar = useStore(seenFromAfar);

  useEffect(() => setNodes((before) => sameItems(before, drawNodes(drawing.nodes, specs, selection, before))), [drawing, specs, selection]);
  useEffect(() => setEdges((before) => sameItems(before, drawEdges(drawing.wires, graph, specs, before, hover))), [drawing, graph, specs, hover]);

  const seen = useCallback((): Box => {
    const area = box.current?.getBoundingClientRect() ?? new DOMRect();
    const { zoom } = flow.getViewport();
    const corner = flow.screenToFlowPosition({ x: area.left, y: area.top }, { snapToGrid: false });
    const hidden = covered(box.current);
    return { ...corner, width: (area.width - hidden.right) / zoom, height: (area.height - hidden.bottom) / zoom };
  }, [flow]);
  const centre = useCallback((): Point => {
    const { x, y, width, height } = seen();
    return [x + width / 2 - CARD_WIDTH / 2, y + height / 2 - CARD_HEIGHT / 2];
  }, [seen]);
  const fit = useCallback(() => void flow.fitView({ ...view(box.current), duration: calm() ? 0 : 250 }), [flow]);

  const chosenEdges = useRef<string[]>([]);
  chosenEdges.current = edges.filter((edge) => edge.selected).map((edge) => edge.id);
  const onlyWire = selection.length === 0 && chosenEdges.current.length === 1 ? chosenEdges.current[0]! : null;
  useEffect(() => model.lookIntoWire(onlyWire), [model, onlyWire]);
  const leaveWires = useCallback(() => setEdges((before) => before.map((edge) => (edge.selected ? { ...edge, selected: false } : edge))), []);
  useEffect(() => {
    onReady({ centre, seen, fit, room: () => roomOf(box.current), heights: () => heightsIn(flow), cutSelected: () => chosenEdges.current, leaveWires });
  }, [onReady, centre, seen, fit, flow, leaveWires]);

  useEffect(() => {
    if (reveal.serial === 0) return;
    // Once the settings are there, too: they may cover a part of the board.
    const timer = setTimeout(() => {
      if (reveal.ids.length === 0) return fit();
      if (reveal.before) return keepInView(flow, box.current, model.state, reveal.before);
      for (const id of reveal.ids) show(flow, box.current, nodeOf(model.state.graph, id));
    }, SETTLED_MS);
    return () => clearTimeout(timer);
  }, [reveal, fit, flow, model]);

  useRefitWhenShown(box, fit);
  const measured = useNodesInitialized();
  useEffect(() => {
    if (!measured || model.viewport) return;
    const whole = model.state.diff !== null; // what changed may be anywhere
    const frame = requestAnimationFrame(() => void firstView(flow, box.current, whole));
    return () => cancelAnimationFrame(frame);
  }, [measured, model, flow]);

  const onNodesChange = useCallback((changes: NodeChange[]) => {
    const wanted = changes.filter((change) => change.type !== "remove");
    for (const change of changes) {
      if (change.type === "dimensions" && change.dimensions) model.heights.set(change.id, change.dimensions.height);
    }
    const usable = carrier.current.carry(wanted, model.state, heightsIn(flow));
    const places = new Map<string, Point>();
    for (const change of usable) {
      if (change.type === "position" && change.dragging === false && change.position) {
        places.set(change.id, [Math.round(change.position.x), Math.round(change.position.y)]);
      }
    }
    if (places.size > 0) model.move(places, `move ${[...places.keys()].join(" ")}`); // before it is drawn, so that it is sent first
    setNodes((before) => applyNodeChanges(usable, before));
    const picks = usable.filter((change) => change.type === "select");
    if (picks.length > 0) {
      const now = new Set(model.state.selection);
      for (const pick of picks) if (pick.selected) now.add(pick.id); else now.delete(pick.id);
      model.select([...now]);
    }
  }, [model, flow]);
  const onEdgesChange = useCallback((changes: EdgeChange[]) => {
    // A box is drawn around cards; the wires that hang on them are not meant.
    const boxing = store.getState().userSelectionActive;
    const meant = changes.filter((change) => change.type !== "remove" && !(boxing && change.type === "select" && change.selected));
    setEdges((before) => applyEdgeChanges(meant, before));
  }, [store]);

  const onConnect = useCallback((link: Connection) => {
    const ends = endsOf(link);
    if (ends) model.connect(...ends);
  }, [model]);
  const isValid = useCallback((link: Connection | Edge) => {
    const ends = endsOf(link);
    return ends !== null && fits(model.state.graph, model.state.specs, ...ends);
  }, [model]);
  const onConnectEnd: OnConnectEnd = useCallback((event, state) => {
    const { x, y } = pointOf(event);
    const end = settle(model.state.graph, model.state.specs, state, cardAt(x, y));
    if (end.done || model.state.readonly) return;
    if (end.refusal) hint({ x, y: y + 14, tone: "refusal", title: end.refusal, lines: [] });
    if (end.to) {
      const refusal = model.connect(end.from, end.to);
      if (refusal) hint({ x, y: y + 14, tone: "refusal", title: refusal, lines: [] });
    } else if (end.from && !end.onNode && box.current) {
      const area = box.current.getBoundingClientRect();
      setQuick({ left: x - area.left, top: y - area.top, place: flow.screenToFlowPosition({ x, y }), from: end.from });
    }
  }, [model, hint, flow]);

  const onConnectStart = useCallback(() => hint(null), [hint]);
  const onEdgeEnter = useCallback((_: unknown, edge: Edge) => hover(edge.id), [hover]);
  const onEdgeLeave = useCallback(() => hover(null), [hover]);
  const onNodeClick = useCallback((event: React.MouseEvent, { id, type }: Node) => {
    clearTimeout(showing.current);
    if (model.state.selection.length > 1 && !ADDING.some((key) => event.getModifierState(key))) {
      model.select([id]); // one of many is meant now
      store.setState({ nodesSelectionActive: false });
    }
    // What a double-click opens in place must stay under the pointer until then.
    const wait = type === "card" ? SETTLED_MS : DOUBLE_CLICK_MS;
    showing.current = setTimeout(() => show(flow, box.current, nodeOf(model.state.graph, id)), wait);
  }, [flow, model, store]);
  const onNodeDoubleClick = useCallback(() => clearTimeout(showing.current), []);
  const onPaneClick = useCallback(() => {
    setQuick(null);
    model.choosePort(null);
  }, [model]);
  const onMoveStart = useCallback(() => setQuick(null), []);
  const onMoveEnd = useCallback((_: unknown, viewport: Viewport) => { model.viewport = viewport; }, [model]);

  const onDrop = useCallback((event: React.DragEvent) => {
    const component = event.dataTransfer.getData(TYPE);
    setTarget(null);
    setReplacing(null);
    if (!component || model.state.readonly) return;
    event.preventDefault();
    use(component);
    model.viewport ??= flow.getViewport(); // the first card stays where it was dropped
    const over = nodeAt(event);
    if (over && mayReplace(model.state.graph, model.state.specs, over, component)) return model.replace(over, component);
    const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    const place: Point = [at.x - CARD_WIDTH / 2, at.y - CARD_HEIGHT / 2];
    const edge = model.state.graph.edges.find((one) => edgeId(one) === edgeAt(event));
    if (edge) model.addOnEdge(component, place, edge);
    else write(model, model.add(component, place, model.state.port ?? undefined));
    model.choosePort(null);
  }, [model, flow]);
  const onDragOver = useCallback((event: React.DragEvent) => {
    if (!event.dataTransfer.types.includes(TYPE)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    const over = nodeAt(event);
    setReplacing(over && mayReplace(model.state.graph, model.state.specs, over, dragged() ?? "") ? over : null);
    const id = over ? null : edgeAt(event);
    const edge = model.state.graph.edges.find((one) => edgeId(one) === id);
    setTarget(edge && mayInsert(model.state.specs, edge, model.state.graph) ? id : null);
  }, [model]);

  const cards = useMemo(() => {
    const marked = markNodes(nodes, diff, drawing.within);
    return replacing ? marked.map((node) => (node.id === replacing ? { ...node, className: "cb-replace-target" } : node)) : marked;
  }, [nodes, diff, drawing, replacing]);
  const shown = useMemo(
    () => markEdges(edges, diff).map((edge) => {
      const marks = { hovered: edge.id === hovered, target: edge.id === target };
      return marks.hovered || marks.target ? { ...edge, data: { ...edge.data, ...marks } } : edge;
    }),
    [edges, diff, hovered, target],
  );

  return (
    <div className={isFar ? "cb-board cb-far" : "cb-board"} ref={box} onDrop={onDrop} onDragOver={onDragOver} onDragLeave={() => { setTarget(null); setReplacing(null); }}>
      <ReactFlow
        nodes={cards}
        edges={shown}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onConnect={onConnect}
        onConnectStart={onConnectStart}
        onConnectEnd={onConnectEnd}
        isValidConnection={isValid}
        onEdgeMouseEnter={onEdgeEnter}
        onEdgeMouseLeave={onEdgeLeave}
        onNodeClick={onNodeClick}
        onNodeDoubleClick={onNodeDoubleClick}
        onPaneClick={onPaneClick}
        onMoveStart={onMoveStart}
        onMoveEnd={onMoveEnd}
        {...(model.viewport ? { defaultViewport: model.viewport } : {})}
        nodesDraggable={!readonly}
        nodesConnectable={!readonly}
        connectionRadius={28}
        connectionDragThreshold={4}
        connectOnClick={false}
        snapToGrid
        snapGrid={SNAP}
        minZoom={FARTHEST}
        maxZoom={2}
        panOnScroll
        zoomOnDoubleClick={false}
        selectionKeyCode="Shift"
        multiSelectionKeyCode={ADDING}
        selectionMode={SelectionMode.Partial}
        deleteKeyCode={null}
        zIndexMode="manual"
        onlyRenderVisibleElements={graph.nodes.length > 120}
        proOptions={PLAIN}
        aria-label="Pipeline canvas"
      >
        {graph.nodes.length > 0 && !diff && <Guard />}
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.4} />
        {graph.nodes.length > 3 && <Overview />}
        <Panel position="bottom-left" className="cb-zoom">
          <button type="button" className="cb-tool" aria-label="Zoom in" title="Zoom in" onClick={() => void flow.zoomIn({ duration: 150 })}><Icon name="add" /></button>
          <button type="button" className="cb-tool" aria-label="Zoom out" title="Zoom out" onClick={() => void flow.zoomOut({ duration: 150 })}><Icon name="remove" /></button>
        </Panel>
      </ReactFlow>
      {graph.nodes.length === 0 && <EmptyBoard />}
      {diff && <DiffLegend />}
      {quick && <QuickAdd at={quick} onClose={() => setQuick(null)} />}
    </div>
  );
}

const pointOf = (event: MouseEvent | TouchEvent): { x: number; y: number } => {
  const point = "changedTouches" in event ? event.changedTouches[0] : event;
  return { x: point?.clientX ?? 0, y: point?.clientY ?? 0 };
};

const edgeAt = (event: React.DragEvent): string | null => {
  for (const element of document.elementsFromPoint(event.clientX, event.clientY)) {
    const id = element.closest(".react-flow__edge")?.getAttribute("data-id");
    if (id) return id;
  }
  return null;
};

/** What is drawn at a place, whether or not a port is near. */
function cardAt(x: number, y: number): string | null {
  const cards = document.elementsFromPoint(x, y).map((element) => element.closest(".react-flow__node"));
  return cards.find((card) => card !== null)?.getAttribute("data-id") ?? null;
}

/** The card under the pointer; a note or a frame is none. */
const nodeAt = (event: React.DragEvent): string | null =>
  (event.target as Element).closest(".react-flow__node-card")?.getAttribute("data-id") ?? null;

/** Could what is being dragged stand on this wire? */
function mayInsert(specs: Specs, edge: GraphEdge, graph: Graph): boolean {
  const spec = specs.get(dragged() ?? "");
  const source = specs.get(graph.nodes.find((node) => node.id === edge.source)?.component ?? "");
  const kind = source?.outputs.find((port) => port.name === edge.source_port)?.kind;
  return Boolean(spec?.inputs.some((port) => port.kind === kind) && spec.outputs.some((port) => port.kind === kind));
}

type Landed = { done: true } | { done: false; from: PortRef; to: PortRef | null; onNode?: boolean; refusal?: string };

/** Where a dragged wire ended: on a port, on a card (its first fitting port), or on nothing. */
function settle(graph: Graph, specs: Specs, state: FinalConnectionState, card: string | null): Landed {
  const from = state.fromNode && portOfHandle(state.fromNode.id, state.fromHandle?.id);
  if (!from || state.isValid) return { done: true as const };
  const over = state.toNode?.id ?? card;
  if (state.toHandle) return { done: false as const, from, to: portOfHandle(over ?? "", state.toHandle.id) };
  if (!over || over === from.node) return { done: false as const, from, to: null, onNode: over !== null };
  const shown = shownOf(graph, specs);
  if (shown.gates.has(over)) {
    if (standIn(shown, from.node) === over) return { done: false as const, from, to: null, onNode: true };
    const to = landing(graph, specs, over, from);
    return { done: false as const, from, to, onNode: true, ...(to ? {} : { refusal: "Nothing in this group takes the wire." }) };
  }
  const [source, sink] = from.side === "out" ? [from.node, over] : [over, from.node];
  const edge = firstFit(graph, specs, source, sink, from);
  if (edge) {
    const to: PortRef = from.side === "out"
      ? { node: over, side: "in", port: edge.target_port }
      : { node: over, side: "out", port: edge.source_port };
    return { done: false as const, from, to };
  }
  const spec = specs.get(graph.nodes.find((node) => node.id === over)?.component ?? "");
  if (drawnAs(spec)) return { done: false as const, from, to: null }; // a note or a frame is only drawn: there is room on it
  // It will be refused, for what the first port is or because there is none.
  const port = (from.side === "out" ? spec?.inputs : spec?.outputs)?.[0]?.name ?? "";
  return { done: false as const, from, to: { node: over, side: from.side === "out" ? "in" : "out", port } };
}
