/** Another component in the place of a node: its wires and params stay as far as they fit. */
import type { ComponentSpec, Graph, GraphEdge, GraphNode, Json, Params, PortKind, Schema } from "../protocol";
import { mistake } from "../fields/validate";
import { resolve, sentence } from "../fields/schema";
import { drawnAs } from "../board/nodes/drawn";
import { changeNode, nodeOf } from "./graph";
import { portsOf } from "./broken";
import { meant } from "./presets";
import { titleOf, type Specs } from "./rules";

export interface Replacement {
  graph: Graph;
  /** What could not stay, in words. */
  lost: string[];
}

/** The columns and the expression of a component may have another name in another one. */
const ROLES = new Set(["columns", "column", "expression"]);

/** The components that keep every wire of a node, those of its family first. */
export function substitutes(graph: Graph, specs: Specs, palette: ComponentSpec[], id: string): ComponentSpec[] {
  const node = nodeOf(graph, id);
  if (!node || drawnAs(specs.get(node.component))) return [];
  const now = specs.get(node.component);
  const fit = palette.filter((spec) => spec.key !== node.component && !drawnAs(spec) && keepsWires(graph, specs, node, spec));
  const rank = (spec: ComponentSpec): number => (spec.category === now?.category ? 0 : 2) + (spec.family === now?.family ? 0 : 1);
  return now ? fit.map((spec, place) => [rank(spec), place, spec] as const).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map((it) => it[2]) : fit;
}

/** Whether something that is dropped on a node may take its place. */
export function mayReplace(graph: Graph, specs: Specs, id: string, component: string): boolean {
  const node = nodeOf(graph, id);
  const spec = specs.get(component);
  if (!node || !spec || drawnAs(spec) || drawnAs(specs.get(node.component)) || node.component === component) return false;
  return keepsWires(graph, specs, node, spec);
}

function keepsWires(graph: Graph, specs: Specs, node: GraphNode, spec: ComponentSpec): boolean {
  const now = specs.get(node.component);
  // What reads rows is no substitute for where they come from, and the other way round.
  const alike = !now || (now.inputs.length > 0) === (spec.inputs.length > 0);
  return alike && rewired(graph, specs, node, spec).lost.length === 0;
}

/** `key` as the palette has it. */
export function replaced(graph: Graph, specs: Specs, id: string, key: string): Replacement | null {
  const node = nodeOf(graph, id);
  const spec = specs.get(key);
  const { component, params: set } = meant(key);
  if (!node || !spec) return null;
  const wires = rewired(graph, specs, node, spec);
  const params = refitted(node.params, specs.get(node.component)?.params, spec.params);
  const drawn = changeNode({ ...graph, edges: wires.edges }, id, { component, params: { ...params.kept, ...set } });
  const unset = params.lost.map((name) => `“${sentence(name)}”`);
  const gone = unset.length > 0 ? [`${unset.length === 1 ? "the setting" : "the settings"} ${inWords(unset)}`] : [];
  return { graph: drawn, lost: [...gone, ...wires.lost] };
}

/** Wires by the name and kind of their port; else the first free one of the kind. */
function rewired(graph: Graph, specs: Specs, node: GraphNode, spec: ComponentSpec): { edges: GraphEdge[]; lost: string[] } {
  const now = portsOf(graph, specs, node);
  const arriving = graph.edges.filter((edge) => edge.target === node.id).map((edge) => edge.target_port);
  const leaving = graph.edges.filter((edge) => edge.source === node.id).map((edge) => edge.source_port);
  const inputs = matched(now.inputs, arriving, spec.inputs);
  const outputs = matched(now.outputs, leaving, spec.outputs);
  const lost: string[] = [];
  const full = new Set<string>();
  const edges = graph.edges.flatMap((edge) => {
    if (edge.target === node.id) {
      const port = spec.inputs.find((one) => one.name === inputs.get(edge.target_port));
      if (!port || (full.has(port.name) && !port.many)) {
        lost.push(`the wire from ${titleOf(nodeOf(graph, edge.source), specs)}`);
        return [];
      }
      full.add(port.name);
      return [{ ...edge, target_port: port.name }];
    }
    if (edge.source !== node.id) return [edge];
    const port = outputs.get(edge.source_port);
    if (port) return [{ ...edge, source_port: port }];
    lost.push(`the wire to ${titleOf(nodeOf(graph, edge.target), specs)}`);
    return [];
  });
  return { edges, lost };
}

interface NamedPort {
  name: string;
  kind: PortKind;
}

/** For each port with a wire, the port that takes its place. */
function matched(now: readonly NamedPort[], wired: readonly string[], then: readonly NamedPort[]): Map<string, string> {
  const used = now.filter((port) => wired.includes(port.name));
  const found = new Map<string, string>();
  for (const port of used) {
    if (then.some((one) => one.name === port.name && one.kind === port.kind)) found.set(port.name, port.name);
  }
  const taken = new Set(found.values());
  for (const port of used) {
    const free = found.has(port.name) ? undefined : then.find((one) => one.kind === port.kind && !taken.has(one.name));
    if (!free) continue;
    found.set(port.name, free.name);
    taken.add(free.name);
  }
  return found;
}

/** Params by name, where the value is one that the field takes; then by role: columns, a column, an expression. */
export function refitted(params: Params, now: Schema | undefined, then: Schema): { kept: Params; lost: string[] } {
  const fields = then.properties ?? {};
  const fits = (name: string, value: Json): boolean => Object.hasOwn(fields, name) && mistake(fields[name]!, value, then) === null;
  const kept: Params = Object.fromEntries(Object.entries(params).filter(([name, value]) => fits(name, value)));
  const lost: string[] = [];
  for (const [name, value] of Object.entries(params)) {
    if (Object.hasOwn(kept, name)) continue;
    const role = roleOf(now?.properties?.[name], now);
    const heir = role && Object.keys(fields).find((other) => !Object.hasOwn(kept, other) && !Object.hasOwn(params, other) && roleOf(fields[other], then) === role && fits(other, value));
    if (heir) kept[heir] = value;
    else lost.push(name);
  }
  return { kept, lost };
}

/** What a field is for, where that can be told from its widget. */
function roleOf(raw: Schema | undefined, root: Schema | undefined): string | null {
  if (!raw || !root) return null;
  const { schema } = resolve(raw, root);
  const widget = schema["x-widget"];
  if (typeof widget !== "string" || !ROLES.has(widget)) return null;
  return `${widget} ${String(schema.type ?? "")} ${String(schema["x-input"] ?? "")}`;
}

/** “a, b and c” */
export const inWords = (parts: readonly string[]): string =>
  parts.length < 2 ? (parts[0] ?? "") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
