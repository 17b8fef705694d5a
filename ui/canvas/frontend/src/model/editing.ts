/** What a person does to a drawing: each of it one step that can be undone. */
import { arrange } from "../board/nodes/arranging";
import { boxOf, drawnAs, frameAround, freeSpot, putInto, union, type Box, type Heights } from "../board/nodes/drawn";
import { onShown } from "../board/groups/collapsing";
import { forgetting, relisted, removedWords } from "../board/groups/grouping";
import { firstFitFrom } from "../board/groups/landing";
import { shownOf, visible, withHidden, withTheirs } from "../board/groups/shown";
import type { ComponentSpec, Graph, GraphEdge, Json, Params } from "../protocol";
import { align, distribute, type Axis, type Line } from "./aligning";
import { keep, recall } from "./clipboard";
import type { Room } from "./folding";
import type { Point } from "./graph";
import * as graphs from "./graph";
import { makeRoom } from "./inserting";
import { besidePort, GAP, shiftOf } from "./placing";
import { inWords, replaced } from "./replacing";
import { edgeBetween, firstFit, insertBetween, refusalCode, refusalText, titleOf, type PortRef, type Specs } from "./rules";
import { Store } from "./store";

export abstract class Editing extends Store {
  /** How tall the cards are, as far as they were drawn: those of collapsed groups, too. */
  readonly heights = new Map<string, number>();

  /** A text from the clipboard is to be read by Python. */
  protected abstract readPasted(text: string, seen: Box): void;
  /** A node was added to what was drawn `before`: both are to be seen, as far as there is room. */
  protected abstract keepInView(id: string, before: Graph): void;
  /** A param of a node is about to change: what was it? */
  protected abstract noteParams(id: string, params: Params): void;

  add(component: string, place: Point, partner?: PortRef): string {
    const [graph, id] = graphs.addNode(this.state.graph, component, place);
    const { specs } = this.state;
    const edge = !partner
      ? null
      : partner.side === "out"
        ? firstFit(graph, specs, partner.node, id, partner)
        : firstFit(graph, specs, id, partner.node, partner);
    this.change(edge ? graphs.addEdge(graph, edge) : graph);
    this.select([id]);
    return id;
  }

  /** Beside the selected node, wired to it where that fits; else at `centre`. A frame comes around what is selected.
   *  What only gives comes before the selected node, where that still needs something. */
  addBeside(component: string, centre: Point, heights: Heights): string {
    const { graph, selection, specs } = this.state;
    if (drawnAs(specs.get(component)) === "frame" && selection.length > 0) return this.addAround(component, heights);
    const beside = graphs.nodeOf(graph, selection.length === 1 ? selection[0]! : null);
    const open = beside && isSource(specs.get(component)) ? openInput(graph, specs, beside.id, component) : null;
    if (open) return this.addTo(open, component);
    const wanted: Point = beside ? [beside.position[0] + graphs.CARD_WIDTH + GAP, beside.position[1]] : centre;
    const free = this.freeFor(component, wanted);
    const [grown, id] = graphs.addNode(graph, component, free);
    const edge = beside ? firstFitFrom(grown, specs, beside.id, id) : null;
    this.change(edge ? graphs.addEdge(grown, edge) : grown);
    this.select([id]);
    this.keepInView(id, graph);
    return id;
  }

  /** The nearest place at or below `wanted` where it covers nothing. */
  freeFor(component: string, wanted: Point): Point {
    const { graph, specs } = this.state;
    const spec = specs.get(component);
    return spec ? freeSpot(shownOf(graph, specs).nodes, specs, spec, wanted, this.heights) : graphs.snapped(wanted);
  }

  /** Wired to a port; where its one wire is drawn already, between the two that it joins. */
  addTo(port: PortRef, component: string): string {
    const { graph, specs } = this.state;
    const wire = graph.edges.find((edge) => port.side === "in" && edge.target === port.node && edge.target_port === port.port);
    const inputs = specs.get(graphs.nodeOf(graph, port.node)?.component ?? "")?.inputs;
    const collects = inputs?.some((input) => input.name === port.port && input.many);
    const place = this.freeFor(component, besidePort(graph, port));
    const id = wire && !collects ? this.addOnEdge(component, place, wire) : this.add(component, place, port);
    this.choosePort(null);
    this.keepInView(id, graph);
    return id;
  }

  protected addAround(component: string, heights: Heights): string {
    const { graph, selection, specs } = this.state;
    const chosen = graph.nodes.filter((node) => selection.includes(node.id));
    const box = frameAround(chosen.map((node) => boxOf(node, specs, heights)));
    const [grown, id] = graphs.addNode(graph, component, [box.x, box.y]);
    this.change(putInto(grown, id, box));
    this.select([id]);
    return id;
  }

  /** Put a new node onto a wire; where it does not fit, it is only placed. */
  addOnEdge(component: string, place: Point, edge: GraphEdge): string {
    const { graph, specs } = this.state;
    const [grown, id] = graphs.addNode(graph, component, place);
    const inserted = insertBetween(grown, specs, edge, id);
    this.change(inserted ? onShown(inserted, specs, (shown) => makeRoom(shown, specs, id, this.heights)) : grown);
    this.select([id]);
    this.keepInView(id, graph);
    return id;
  }

  /** Draw a wire, or return why not. */
  connect(a: PortRef, b: PortRef): string | null {
    const refusal = this.refusal(a, b);
    const edge = edgeBetween(a, b);
    if (!refusal && edge) this.change(graphs.addEdge(this.state.graph, edge));
    return refusal;
  }

  refusal(a: PortRef, b: PortRef): string | null {
    const { graph, specs, messages } = this.state;
    const drawn = edgeBetween(a, b);
    const edge = drawn ?? { source: a.node, source_port: a.port, target: b.node, target_port: b.port };
    const code = drawn ? refusalCode(graph, specs, edge) : a.node === b.node ? "self" : "direction";
    return code && refusalText(graph, specs, messages, edge, code);
  }

  /** A collapsed group goes with what is in it. */
  remove(nodes: Iterable<string>, edges: Iterable<string> = []): void {
    const chosen = [...nodes];
    const words = removedWords(this.state.graph, this.state.specs, chosen, this.heights);
    const gone = withHidden(this.state.graph, this.state.specs, chosen);
    const cut = new Set(edges);
    if (gone.size + cut.size === 0) return;
    this.change(forgetting(graphs.removeParts(this.state.graph, gone, cut), this.state.specs, gone));
    this.select(this.state.selection.filter((id) => !gone.has(id)));
    if (words) this.say(words, true);
  }

  setParam(id: string, field: string, value: Json | undefined): void {
    const node = graphs.nodeOf(this.state.graph, id);
    if (!node) return;
    const { [field]: _, ...rest } = node.params;
    const params = value === undefined ? rest : { ...node.params, [field]: value };
    if (JSON.stringify(params) === JSON.stringify(node.params)) return;
    this.noteParams(id, node.params);
    this.change(graphs.changeNode(this.state.graph, id, { params }), `param ${id} ${field}`);
  }

  /** Put another component in the place of a node. */
  replace(id: string, component: string): void {
    const { graph, specs } = this.state;
    const made = replaced(graph, specs, id, component);
    if (!made || this.state.readonly) return;
    const [before, now] = [titleOf(graphs.nodeOf(graph, id), specs), specs.get(component)?.title ?? component];
    this.change(made.graph);
    this.select([id]);
    const kept = made.lost.length === 0 ? "Everything that was set and wired fits." : `Not kept: ${inWords(made.lost)}.`;
    this.announce(`“${before}” is ${now} now. ${kept}`);
  }

  setTitle(id: string, title: string | null): void {
    this.change(graphs.changeNode(this.state.graph, id, { title }), `title ${id}`);
  }

  move(positions: ReadonlyMap<string, Point>, tag: string | null = null): void {
    this.change(graphs.moveNodes(this.state.graph, withTheirs(this.state.graph, this.state.specs, positions)), tag);
  }

  /** Where a note or a frame lies, and how large it is. */
  putInto(id: string, box: Box): void {
    this.change(putInto(this.state.graph, id, box), `size ${id}`);
  }

  /** In as few rows as can be read where there is so much room. */
  arrange(heights: Heights, room?: Room): void {
    this.change(arrange(this.state.graph, this.state.specs, heights, room));
    this.reveal([]);
  }

  align(line: Line, heights: Heights): void {
    this.change(align(this.state.graph, this.state.specs, this.state.selection, line, heights));
  }

  distribute(axis: Axis, heights: Heights): void {
    this.change(distribute(this.state.graph, this.state.specs, this.state.selection, axis, heights));
  }

  /** What is selected as text for the clipboard; null where nothing is. */
  copy(): string | null {
    const { graph, selection } = this.state;
    if (selection.length === 0) return null;
    const text = keep(graphs.fragment(graph, withHidden(graph, this.state.specs, selection)));
    this.say(`${selection.length === 1 ? "One node is" : `${selection.length} nodes are`} copied, as text too.`);
    return text;
  }

  /** What the clipboard holds, where `seen` is the visible part of the drawing. */
  paste(text: string, seen: Box): void {
    const { graph, specs, readonly } = this.state;
    if (readonly) return this.say("This pipeline is only shown here. Nothing was pasted.");
    const piece = recall(text);
    if (piece) this.insert(piece, shiftOf(graph, piece, specs, seen, this.heights));
    else this.readPasted(text, seen);
  }

  duplicate(): void {
    const { graph, specs, selection } = this.state;
    const piece = graphs.fragment(graph, withHidden(graph, specs, selection));
    if (piece.nodes.length === 0) return;
    const seen = union(piece.nodes.map((node) => boxOf(node, specs, this.heights)));
    this.insert(piece, shiftOf(graph, piece, specs, seen, this.heights));
  }

  choosePort(port: PortRef | null): void {
    this.update({ port });
  }

  edit(id: string | null): void {
    this.update({ editing: id });
  }

  protected insert(piece: Graph, shift: Point): void {
    const { graph } = this.state;
    if (piece.nodes.length === 0) return;
    const [nodes, edges] = [graph.nodes.length + piece.nodes.length, graph.edges.length + piece.edges.length];
    if (nodes > graphs.MOST_NODES || edges > graphs.MOST_EDGES) return this.say(tooMany(nodes, edges));
    const [grown, ids] = graphs.paste(graph, piece, shift);
    const copies = new Map(piece.nodes.map((node, place) => [node.id, ids[place]!]));
    const pasted = relisted(grown, this.state.specs, copies);
    this.change(pasted);
    const shown = visible(pasted, this.state.specs, ids);
    this.select(shown);
    this.reveal(shown.slice(0, 1));
  }
}

const isSource = (spec: ComponentSpec | undefined): boolean => spec?.inputs.length === 0 && spec.outputs.length > 0;

/** The first input of a node that needs a wire, has none, and takes what a component gives. */
function openInput(graph: Graph, specs: Specs, node: string, component: string): PortRef | null {
  const kinds = specs.get(component)?.outputs.map((port) => port.kind) ?? [];
  const wired = new Set(graph.edges.filter((edge) => edge.target === node).map((edge) => edge.target_port));
  const input = specs.get(graphs.nodeOf(graph, node)?.component ?? "")?.inputs.find(
    (port) => !port.optional && !wired.has(port.name) && kinds.includes(port.kind),
  );
  return input ? { node, side: "in", port: input.name } : null;
}

const tooMany = (nodes: number, edges: number): string =>
  `Nothing was added: the pipeline would have ${nodes.toLocaleString("en-US")} nodes and ${edges.toLocaleString("en-US")} wires. ` +
  `It may have ${graphs.MOST_NODES.toLocaleString("en-US")} and ${graphs.MOST_EDGES.toLocaleString("en-US")}.`;
