/** The drawing itself: React Flow over the model's graph. */
import {
  applyEdgeChanges, applyNodeChanges, Background, BackgroundVariant, MiniMap, Panel, ReactFlow, SelectionMode, useNodesInitialized, useReactFlow,
  type Connection, type Edge, type EdgeChange, type FinalConnectionState, type Node, type NodeChange, type OnConnectEnd, type ReactFlowInstance,
} from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { hueOf } from "../appearance";
import { useEditor, usePart } from "../context";
import { write } from "../model/acting";
import { dragged, TYPE } from "./dragging";
import { EmptyBoard } from "./EmptyBoard";
import { CARD_HEIGHT, CARD_WIDTH, edgeId, GRID, nodeOf, type Point } from "../model/graph";
import { Icon } from "../Icon";
import { NodeCard } from "./NodeCard";
import { Carrier } from "./nodes/carrying";
import { drawnAs, lengthOf, shapeOf } from "./nodes/drawn";
import { Frame } from "./nodes/Frame";
import { GroupCard } from "./groups/GroupCard";
import { landing } from "./groups/landing";
import { Note } from "./nodes/Note";
import { spoken } from "./nodes/paint";
import { shownOf, standIn, type ShownWire } from "./groups/shown";
import type { Graph, GraphEdge, GraphNode } from "../protocol";
import { QuickAdd, type QuickAddAt } from "./QuickAdd";
import { edgeBetween, fits, firstFit, gateId, handleId, portOfHandle, titleOf, type PortRef, type Specs } from "../model/rules";
import { WireEdge, type WireData } from "./WireEdge";

const NODE_TYPES = { card: NodeCard, note: Note, frame: Frame, stack: GroupCard };
const EDGE_TYPES = { wire: WireEdge };
const READABLE = 0.7;
const MARGIN = 28;
const TALLEST = 300;
const SETTLED_MS = 40;
const DOUBLE_CLICK_MS = 350;
const HOVER_MS = 180;

function drawNodes(nodes: readonly GraphNode[], specs: Specs, selection: readonly string[], before: Node[]): Node[] {
  const known = new Map(before.map((node) => [node.id, node]));
  return nodes.map((node) => {
    const old = known.get(node.id);
    const [x, y] = node.position;
    const selected = selection.includes(node.id);
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

function drawEdges(wires: readonly ShownWire[], graph: Graph, specs: Specs, before: Edge[]): Edge[] {
  const known = new Map(before.map((edge) => [edge.id, edge]));
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  return wires.map((wire) => {
    const { edge } = wire;
    const id = edgeId(edge);
    const source = nodes.get(edge.source);
    const outputs = specs.get(source?.component ?? "")?.outputs;
    const kind = outputs?.find((port) => port.name === edge.source_port)?.kind ?? "table";
    const name = `${titleOf(source, specs)} to ${titleOf(nodes.get(edge.target), specs)}`;
    return {
      id, type: "wire", source: wire.source, target: wire.target,
      sourceHandle: handleAt(wire.source, "out", edge.source, edge.source_port),
      targetHandle: handleAt(wire.target, "in", edge.target, edge.target_port),
      selected: known.get(id)?.selected ?? false, data: { kind, name, edge }, ariaLabel: `Wire from ${name}`,
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
  fit(): void;
  heights(): Map<string, number>;
  cutSelected(): string[];
}

export function Board({ onReady }: { onReady(handle: BoardHandle): void }) {
  const { model, hint } = useEditor();
  const graph = usePart((state) => state.graph);
  const specs = usePart((state) => state.specs);
  const drawing = shownOf(graph, specs);
  const selection = usePart((state) => state.selection);
  const reveal = usePart((state) => state.reveal);
  const readonly = usePart((state) => state.readonly);
  const [nodes, setNodes] = useState<Node[]>(() => drawNodes(drawing.nodes, specs, selection, []));
  const [edges, setEdges] = useState<Edge[]>(() => drawEdges(drawing.wires, graph, specs, []));
  const [hovered, setHovered] = useState<string | null>(null);
  const [target, setTarget] = useState<string | null>(null);
  const [quick, setQuick] = useState<QuickAddAt | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const showing = useRef<ReturnType<typeof setTimeout>>(undefined);
  const leaving = useRef<ReturnType<typeof setTimeout>>(undefined);
  const carrier = useRef(new Carrier());
  const flow = useReactFlow();

  useEffect(() => setNodes((before) => drawNodes(drawing.nodes, specs, selection, before)), [drawing, specs, selection]);
  useEffect(() => setEdges((before) => drawEdges(drawing.wires, graph, specs, before)), [drawing, graph, specs]);

  const centre = useCallback((): Point => {
    const area = box.current?.getBoundingClientRect();
    if (!area) return [0, 0];
    const width = area.width - covered(box.current);
    const middle = flow.screenToFlowPosition({ x: area.left + width / 2, y: area.top + area.height / 2 });
    return [middle.x - CARD_WIDTH / 2, middle.y - CARD_HEIGHT / 2];
  }, [flow]);
  const fit = useCallback(() => void flow.fitView({ ...view(box.current), duration: calm() ? 0 : 250 }), [flow]);

  const chosenEdges = useRef<string[]>([]);
  chosenEdges.current = edges.filter((edge) => edge.selected).map((edge) => edge.id);
  useEffect(() => {
    onReady({ centre, fit, heights: () => heightsIn(flow), cutSelected: () => chosenEdges.current });
  }, [onReady, centre, fit, flow]);

  useEffect(() => {
    if (reveal.serial === 0) return;
    // Once the settings are there, too: they may cover a part of the board.
    const timer = setTimeout(() => {
      if (reveal.ids.length === 0) return fit();
      for (const id of reveal.ids) show(flow, box.current, nodeOf(model.state.graph, id));
    }, SETTLED_MS);
    return () => clearTimeout(timer);
  }, [reveal, fit, flow, model]);

  useRefitWhenShown(box, fit);
  const measured = useNodesInitialized();
  useEffect(() => {
    if (!measured || model.viewport) return;
    const frame = requestAnimationFrame(() => void firstView(flow, box.current));
    return () => cancelAnimationFrame(frame);
  }, [measured, model, flow]);

  const onNodesChange = useCallback((changes: NodeChange[]) => {
    const wanted = changes.filter((change) => change.type !== "remove");
    for (const change of changes) {
      if (change.type === "dimensions" && change.dimensions) model.heights.set(change.id, change.dimensions.height);
    }
    const usable = carrier.current.carry(wanted, model.state, heightsIn(flow));
    setNodes((before) => applyNodeChanges(usable, before));
    const places = new Map<string, Point>();
    for (const change of usable) {
      if (change.type === "position" && change.dragging === false && change.position) {
        places.set(change.id, [Math.round(change.position.x), Math.round(change.position.y)]);
      }
    }
    if (places.size > 0) model.move(places, `move ${[...places.keys()].join(" ")}`);
    const picks = usable.filter((change) => change.type === "select");
    if (picks.length > 0) {
      const now = new Set(model.state.selection);
      for (const pick of picks) if (pick.selected) now.add(pick.id); else now.delete(pick.id);
      model.select([...now]);
    }
  }, [model, flow]);
  const onEdgesChange = useCallback((changes: EdgeChange[]) => {
    setEdges((before) => applyEdgeChanges(changes.filter((change) => change.type !== "remove"), before));
  }, []);

  const onConnect = useCallback((link: Connection) => {
    const ends = endsOf(link);
    if (ends) model.connect(...ends);
  }, [model]);
  const isValid = useCallback((link: Connection | Edge) => {
    const ends = endsOf(link);
    return ends !== null && fits(model.state.graph, model.state.specs, ...ends);
  }, [model]);
  const onConnectEnd: OnConnectEnd = useCallback((event, state) => {
    const end = settle(model.state.graph, model.state.specs, state);
    const { x, y } = pointOf(event);
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

  const onDrop = useCallback((event: React.DragEvent) => {
    const component = event.dataTransfer.getData(TYPE);
    setTarget(null);
    if (!component || model.state.readonly) return;
    event.preventDefault();
    const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    const place: Point = [at.x - CARD_WIDTH / 2, at.y - CARD_HEIGHT / 2];
    const edge = model.state.graph.edges.find((one) => edgeId(one) === edgeAt(event));
    if (edge) model.addOnEdge(component, place, edge);
    else write(model, model.add(component, place));
  }, [model, flow]);
  const onDragOver = useCallback((event: React.DragEvent) => {
    if (!event.dataTransfer.types.includes(TYPE)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    const id = edgeAt(event);
    const edge = model.state.graph.edges.find((one) => edgeId(one) === id);
    setTarget(edge && mayInsert(model.state.specs, edge, model.state.graph) ? id : null);
  }, [model]);

  const hover = useCallback((id: string | null) => {
    clearTimeout(leaving.current);
    if (id) setHovered(id);
    else leaving.current = setTimeout(() => setHovered(null), HOVER_MS);
  }, []);
  const shown = useMemo(
    () => edges.map((edge) => {
      const data = { ...edge.data, hovered: edge.id === hovered, target: edge.id === target, onHover: (on: boolean) => hover(on ? edge.id : null) };
      return { ...edge, data: data as unknown as WireData };
    }),
    [edges, hovered, target, hover],
  );

  return (
    <div className="cb-board" ref={box} onDrop={onDrop} onDragOver={onDragOver} onDragLeave={() => setTarget(null)}>
      <ReactFlow
        nodes={nodes}
        edges={shown}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onConnect={onConnect}
        onConnectStart={() => hint(null)}
        onConnectEnd={onConnectEnd}
        isValidConnection={isValid}
        onEdgeMouseEnter={(_, edge) => hover(edge.id)}
        onEdgeMouseLeave={() => hover(null)}
        onNodeClick={(_, node) => {
          clearTimeout(showing.current);
          // What a double-click opens in place must stay under the pointer until then.
          const wait = node.type === "card" ? SETTLED_MS : DOUBLE_CLICK_MS;
          showing.current = setTimeout(() => show(flow, box.current, nodeOf(model.state.graph, node.id)), wait);
        }}
        onNodeDoubleClick={() => clearTimeout(showing.current)}
        onPaneClick={() => setQuick(null)}
        onMoveStart={() => setQuick(null)}
        onMoveEnd={(_, viewport) => { model.viewport = viewport; }}
        {...(model.viewport ? { defaultViewport: model.viewport } : {})}
        nodesDraggable={!readonly}
        nodesConnectable={!readonly}
        connectionRadius={28}
        snapToGrid
        snapGrid={[GRID, GRID]}
        minZoom={0.15}
        maxZoom={2}
        panOnScroll
        zoomOnDoubleClick={false}
        selectionKeyCode="Shift"
        multiSelectionKeyCode={["Meta", "Control", "Shift"]}
        selectionMode={SelectionMode.Partial}
        deleteKeyCode={null}
        zIndexMode="manual"
        onlyRenderVisibleElements={graph.nodes.length > 120}
        proOptions={{ hideAttribution: true }}
        aria-label="Pipeline canvas"
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.4} />
        {graph.nodes.length > 3 && (
          <MiniMap position="bottom-left" pannable zoomable ariaLabel="Overview of the pipeline" nodeBorderRadius={6} nodeClassName={(node) => `cb-mini-${node.type}`}
            nodeColor={(node) => hueOf(specs.get(graph.nodes.find((one) => one.id === node.id)?.component ?? "")?.category ?? "")} />
        )}
        <Panel position="bottom-left" className="cb-zoom">
          <button type="button" className="cb-tool" aria-label="Zoom in" title="Zoom in" onClick={() => void flow.zoomIn({ duration: 150 })}><Icon name="add" /></button>
          <button type="button" className="cb-tool" aria-label="Zoom out" title="Zoom out" onClick={() => void flow.zoomOut({ duration: 150 })}><Icon name="remove" /></button>
        </Panel>
      </ReactFlow>
      {graph.nodes.length === 0 && <EmptyBoard />}
      {quick && <QuickAdd at={quick} onClose={() => setQuick(null)} />}
    </div>
  );
}

const heightsIn = (flow: ReactFlowInstance): Map<string, number> =>
  new Map(flow.getNodes().map((node) => [node.id, node.measured?.height ?? CARD_HEIGHT]));

/** Everything, if it can be read like that; else the beginning of it. */
async function firstView(flow: ReactFlowInstance, box: HTMLElement | null): Promise<void> {
  await flow.fitView(view(box));
  const { y, zoom } = flow.getViewport();
  if (zoom >= READABLE) return;
  const bounds = flow.getNodesBounds(flow.getNodes());
  const middle = bounds.y + bounds.height / 2;
  await flow.setViewport({ x: 52 - bounds.x * READABLE, y: y + middle * (zoom - READABLE), zoom: READABLE });
}

const calm = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

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

/** Could what is being dragged stand on this wire? */
function mayInsert(specs: Specs, edge: GraphEdge, graph: Graph): boolean {
  const spec = specs.get(dragged() ?? "");
  const source = specs.get(graph.nodes.find((node) => node.id === edge.source)?.component ?? "");
  const kind = source?.outputs.find((port) => port.name === edge.source_port)?.kind;
  return Boolean(spec?.inputs.some((port) => port.kind === kind) && spec.outputs.some((port) => port.kind === kind));
}

type Landed = { done: true } | { done: false; from: PortRef; to: PortRef | null; onNode?: boolean; refusal?: string };

/** Where a dragged wire ended: on a port, on a card (its first fitting port), or on nothing. */
function settle(graph: Graph, specs: Specs, state: FinalConnectionState): Landed {
  const from = state.fromNode && portOfHandle(state.fromNode.id, state.fromHandle?.id);
  if (!from || state.isValid) return { done: true as const };
  const over = state.toNode?.id ?? null;
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
  const port = (from.side === "out" ? spec?.inputs : spec?.outputs)?.[0];
  const to = port && edgeBetween(from, { node: over, side: from.side === "out" ? "in" : "out", port: port.name });
  if (!to) return { done: false as const, from, to: null, onNode: true };
  const ref: PortRef = { node: over, side: from.side === "out" ? "in" : "out", port: port.name };
  return { done: false as const, from, to: ref };
}

/** How much of the board's right side the settings float over, in pixels. */
function covered(box: HTMLElement | null): number {
  const area = box?.getBoundingClientRect();
  const panel = box?.parentElement?.querySelector(".cb-inspector")?.getBoundingClientRect();
  return area && panel && panel.width > 0 ? Math.max(0, area.right - panel.left) : 0;
}

const view = (box: HTMLElement | null) => ({
  padding: { left: "52px", right: `${84 + covered(box)}px`, y: "56px" } as const,
  maxZoom: 1,
  minZoom: 0.2,
});

/** Move the view just so far that a card is wholly seen; of something larger, its beginning. */
function show(flow: ReactFlowInstance, box: HTMLElement | null, node: GraphNode | undefined): void {
  const area = box?.getBoundingClientRect();
  if (!area || !node) return;
  const { x, y, zoom } = flow.getViewport();
  const left = node.position[0] * zoom + x;
  const top = node.position[1] * zoom + y;
  const right = left + CARD_WIDTH * zoom - (area.width - covered(box));
  const bottom = top + Math.min(flow.getNode(node.id)?.measured?.height ?? CARD_HEIGHT, TALLEST) * zoom - area.height;
  const across = left < MARGIN ? MARGIN - left : right > -MARGIN ? -MARGIN - right : 0;
  const down = top < MARGIN ? MARGIN - top : bottom > -MARGIN ? -MARGIN - bottom : 0;
  if (across !== 0 || down !== 0) void flow.setViewport({ x: x + across, y: y + down, zoom }, { duration: calm() ? 0 : 250 });
}

/** A hidden tab has no width, so the first fit of a canvas in it means nothing. */
function useRefitWhenShown(box: React.RefObject<HTMLDivElement | null>, fit: () => void): void {
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let hidden = element.clientWidth === 0;
    const observer = new ResizeObserver(() => {
      if (hidden && element.clientWidth > 0) requestAnimationFrame(fit);
      hidden = element.clientWidth === 0;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [box, fit]);
}
